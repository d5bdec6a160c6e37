/* Everything that is per processor. Reached through gs in the kernel; today there is one. */
#pragma once

#include "microk/cap.h"
#include "microk/info.h"
#include "x86/tss.h"

struct thread;

/* Reasons that keep IPC off the fast path. */
#define SLOW_SAMPLE 1 /* the next message is to be timed */
#define SLOW_TRACE 2  /* every message is to be recorded */
#define SLOW_TIMER 4  /* the timer is not set for a thread that this one's caller would have to let run */

struct cpu {
	u64 user_sp;            /* scratch of the system-call entry */
	u64 kernel_sp;          /* top of this processor's kernel stack */
	struct thread *current; /* the next exit restores its registers; NULL when idle */
	u64 cr3;                /* the loaded value: CR3 is written only when it changes */
	u64 slow_reasons;       /* anything but 0 keeps IPC off the fast path */
	u64 ready;              /* bit p: ready_lists[p] is not empty */
	u32 tss_align;
	struct tss tss;         /* its rsp0 is where entry saves: the end of current's struct regs */
	u64 fs_base;            /* as loaded */
	struct thread *aside;   /* waits for the interrupt that stopped its deletions (entry/exit.c); not current meanwhile */
	struct thread *charged; /* the thread that pays: current, or the caller it works for */
	u64 charged_since;      /* TSC since when */
	u64 scratch[2];         /* of the fast path */
	struct thread *fpu;     /* its FPU registers are loaded; NULL: clean, and CR0.TS set */
	u64 cr0_fpu_off;        /* CR0 with CR0.TS set */
	u64 entry_tsc;          /* TSC at entry, of a sampled system call; else 0 */
	bool need_schedule;     /* pick again before leaving the kernel */
	u64 timer_at;           /* TSC for which the timer is armed; ~0: it is not */
	u64 look_at;            /* TSC from which a preemption point asks for interrupts again */
	struct ready_list {
		struct thread *first, *last;
	} ready_lists[PRIORITIES];
	struct later {
		struct kobject *first, **end;
	} later[PRIORITIES];    /* objects to be taken apart when the processor is free for that urgency (cap/dying.c) */
	u64 later_filled;       /* bit p: later[p] is not empty */
	struct thread *worker;  /* has no user part, and works them off */
	struct kobject *reaping; /* the dying object that is being taken apart */
	bool reaping_for_memory; /* it may be of another thread's list */
	u64 timed; /* bit p: timed_first[p] is not NULL */
	struct thread *timed_first[PRIORITIES]; /* the earliest deadline of each priority: a heap (sched/heap.h) */
};

/* After each processor's structure, at a fixed distance, the information area: its counters are
 * reached through gs too. The area starts on a page and is shown to user space; the first page is not. */
#define CPU_BYTES 8192
struct cpu_area {
	struct cpu cpu;
	u8 pad[CPU_BYTES - sizeof(struct cpu)];
	struct microk_info info;
	u8 info_pad[PAGE_SIZE - sizeof(struct microk_info)];
	char log[INFO_LOG_BYTES];
} __attribute__((aligned(4096)));

extern struct cpu_area cpu_area;
#define cpu0 (cpu_area.cpu)
#define kinfo (&cpu_area.info)

/* One processor today; with more this becomes a read of gs. */
static inline struct cpu *this_cpu(void) { return &cpu0; }

/* Everything that is per processor. Reached through gs in the kernel; today there is one. */
#pragma once

/* Offsets that entry code uses; checked against the structure below. */
#define CPU_USER_SP 0
#define CPU_KERNEL_SP 8
#define CPU_CURRENT 16
#define CPU_CR3 24
#define CPU_SLOW_REASONS 32
#define CPU_READY 40
#define CPU_ENTRY_SP 56

#ifndef __ASSEMBLER__
#include "microk/cap.h"
#include "x86/tss.h"

struct thread;

struct cpu {
	u64 user_sp;            /* scratch of the system-call entry */
	u64 kernel_sp;          /* top of this processor's kernel stack */
	struct thread *current; /* whose registers the next exit restores; NULL when idle */
	u64 cr3;                /* as loaded, so that it is written only when it changes */
	u64 slow_reasons;       /* anything but 0 keeps IPC off the fast path */
	u64 ready;              /* bit p: ready_lists[p] is not empty */
	u32 tss_align;
	struct tss tss;         /* its rsp0 is where entry saves: the end of current's struct regs */
	u64 fs_base;            /* as loaded */
	struct thread *charged; /* whose time runs: current, or the caller it works for */
	u64 charged_since;      /* TSC since when */
	u64 entry_tsc;          /* TSC at entry, of a sampled system call; else 0 */
	bool need_schedule;     /* pick again before leaving the kernel */
	bool tick_armed;        /* the timer will fire */
	struct ready_list {
		struct thread *first, *last;
	} ready_lists[PRIORITIES];
};

extern struct cpu cpu0;
_Static_assert(offsetof(struct cpu, user_sp) == CPU_USER_SP, "entry code");
_Static_assert(offsetof(struct cpu, tss.rsp) == CPU_ENTRY_SP, "entry code");
_Static_assert(offsetof(struct cpu, cr3) == CPU_CR3, "fast path");
_Static_assert(offsetof(struct cpu, slow_reasons) == CPU_SLOW_REASONS, "fast path");
_Static_assert(offsetof(struct cpu, ready) == CPU_READY, "fast path");
_Static_assert(offsetof(struct cpu, kernel_sp) == CPU_KERNEL_SP, "entry code");
_Static_assert(offsetof(struct cpu, current) == CPU_CURRENT, "entry code");

/* One processor today; with more this becomes a read of gs. */
static inline struct cpu *this_cpu(void) { return &cpu0; }
#endif

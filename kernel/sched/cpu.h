/* Everything that is per processor. Reached through gs in the kernel; today there is one. */
#pragma once

/* Offsets that entry code uses; checked against the structure below. */
#define CPU_USER_SP 0
#define CPU_ENTRY_SP 8
#define CPU_KERNEL_SP 16
#define CPU_CURRENT 24

#ifndef __ASSEMBLER__
#include "microk/types.h"

struct thread;

struct cpu {
	u64 user_sp;            /* scratch of the system-call entry */
	u64 entry_sp;           /* end of current's struct regs */
	u64 kernel_sp;          /* top of this processor's kernel stack */
	struct thread *current; /* whose registers the next exit restores; NULL when idle */
	u64 cr3;                /* as loaded, so that it is written only when it changes */
	u64 fs_base;            /* likewise */
	u64 slow_reasons;       /* anything but 0 keeps IPC off the fast path */
	bool need_schedule;     /* pick again before leaving the kernel */
	u64 slice_end;          /* TSC when current's time slice ends */
	u64 charged_since;      /* TSC since when time is charged to current */
	u64 entry_tsc;          /* TSC at entry, of a sampled system call; else 0 */
};

extern struct cpu cpu0;
_Static_assert(offsetof(struct cpu, user_sp) == CPU_USER_SP, "entry code");
_Static_assert(offsetof(struct cpu, entry_sp) == CPU_ENTRY_SP, "entry code");
_Static_assert(offsetof(struct cpu, kernel_sp) == CPU_KERNEL_SP, "entry code");
_Static_assert(offsetof(struct cpu, current) == CPU_CURRENT, "entry code");

/* One processor today; with more this becomes a read of gs. */
static inline struct cpu *this_cpu(void) { return &cpu0; }
#endif

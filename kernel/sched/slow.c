/* The reasons that keep IPC off the fast path. */
#include "sched/slow.h"
#include "lib/upward.h"
#include "x86/cpu.h"

void slow_reasons_set(u64 reasons, bool on)
{
	struct cpu *cpu = this_cpu();
	u64 before = cpu->slow_reasons;

	cpu->slow_reasons = on ? before | reasons : before & ~reasons;
	if (cpu->slow_reasons != before)
		upward.choose_entry();
}

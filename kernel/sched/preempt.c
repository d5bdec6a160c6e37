/* Preemption points: interrupts are off in the kernel, so a long operation asks whether one waits. */
#include "sched/preempt.h"
#include "pc/apic.h"
#include "sched/ready.h"
#include "x86/cpu.h"
#include "x86/x86.h"

/* Asking the interrupt controller takes seven reads of uncached registers, which costs more than most operations do between
 * two points. So preemption points read the clock, and ask the controller every 5 us. */
#define LOOKS_A_SECOND 200000

/* Not inlined: the benchmark counts its calls to measure interrupt latency. */
__attribute__((noinline)) static bool preempt_look(struct cpu *cpu)
{
	cpu->look_at = rdtsc() + tsc_hz / LOOKS_A_SECOND;
	return apic_pending();
}

bool preempt_pending(void)
{
	struct cpu *cpu = this_cpu();

	if (cpu->need_schedule && cpu->current && ready_priority() > cpu->current->priority)
		return true;
	u64 now = rdtsc();

	/* The timer's interrupt needs no look: its time is known. */
	return now >= cpu->timer_at || (now >= cpu->look_at && preempt_look(cpu));
}

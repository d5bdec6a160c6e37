/* Preemption points: interrupts are off in the kernel, so a long operation asks whether one waits. */
#include "sched/preempt.h"
#include "pc/apic.h"
#include "sched/ready.h"
#include "x86/cpu.h"
#include "x86/x86.h"

/* To ask the interrupt controller is seven reads of uncached registers, dearer than what most operations do between
 * two points. So they look at the clock, and ask every 5 us. */
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

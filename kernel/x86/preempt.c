/* Preemption points: interrupts are off in the kernel, so a long operation asks whether one waits. */
#include "cap/reap.h"
#include "x86/apic.h"

/* Never inlined: the benchmark tells by calls of it how long interrupts wait. */
__attribute__((noinline)) bool preempt_pending(void)
{
	return apic_pending();
}

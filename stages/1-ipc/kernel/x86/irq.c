/* Stand-in for x86/irq.c: all lines are masked, so what comes is spurious. */
#include "x86/irq.h"
#include "sched/cpu.h"
#include "x86/apic.h"

void irq_raise(u32 number)
{
	(void)number;
	kinfo->interrupts_dropped++;
	apic_eoi();
}

/* What an exception or interrupt means. */
#include "ipc/fault.h"
#include "sched/cpu.h"
#include "sched/schedule.h"
#include "sched/stats.h"
#include "x86/apic.h"
#include "x86/irq.h"
#include "x86/trap.h"
#include "x86/x86.h"

#define EXCEPTIONS 32
#define PAGE_FAULT 14

void trap_handle(u64 vector, u64 error)
{
	struct thread *t = this_cpu()->current;

	if (vector < EXCEPTIONS) {
		t->fault_vector = vector;
		t->fault_error = error;
		t->fault_address = vector == PAGE_FAULT ? read_cr2() : 0;
		fault_raise(t);
		return;
	}
	kinfo->interrupts++;
	if (!t)
		stats_idle_end();
	if (vector == VECTOR_SPURIOUS)
		return;
	if (vector == VECTOR_TIMER) {
		schedule_tick();
		apic_eoi();
	} else {
		irq_raise((u32)vector - VECTOR_IRQ_BASE);
	}
}

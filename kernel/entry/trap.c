/* The meaning of an exception or interrupt. */
#include "entry/trap.h"
#include "cap/irq.h"
#include "entry/abort.h"
#include "ipc/device_fault.h"
#include "ipc/fault.h"
#include "pc/apic.h"
#include "pc/machine_check.h"
#include "sched/schedule.h"
#include "sched/stats.h"
#include "x86/cpu.h"
#include "x86/x86.h"

#define EXCEPTIONS 32
#define PAGE_FAULT 14

bool trap_is_interrupt(u64 vector, u64 error)
{
	if (vector >= EXCEPTIONS)
		return true;
	/* A device may raise an exception's vector (entry/trap.S). The processor pushes no error code for it. */
	return error == NO_ERROR_CODE && apic_in_service((u32)vector);
}

static void raise_fault(struct thread *t, u64 vector, u64 error)
{
	t->fault_vector = vector;
	t->fault_error = 0;
	t->fault_address = 0;
	if (error != NO_ERROR_CODE)
		t->fault_error = error;
	if (vector == PAGE_FAULT)
		t->fault_address = read_cr2();
	fault_raise(t);
}

/* An interrupt for which neither a driver nor the kernel waits. The local APIC's own spurious interrupts are not in service,
 * but those that a device raises with the same vector are. Only the latter must be ended; otherwise no other interrupt would
 * be delivered. */
static void drop(u64 vector)
{
	kinfo->interrupts_dropped++;
	if (apic_in_service((u32)vector))
		apic_eoi();
}

void trap_handle(u64 vector, u64 error)
{
	struct thread *t = this_cpu()->current;

	if (!trap_is_interrupt(vector, error)) {
		raise_fault(t, vector, error);
		return;
	}
	kinfo->interrupts++;
	if (!t)
		stats_idle_end();
	if (vector == VECTOR_TIMER) {
		schedule_tick();
		apic_eoi();
		machine_check_poll();
		device_fault_poll();
	} else if (vector == VECTOR_REPORT) {
		apic_eoi();
		abort_report();
	} else if (vector == VECTOR_DEVICE_FAULT && device_fault_interrupt()) {
		return;
	} else if (vector >= VECTOR_IRQ_BASE && vector < VECTOR_IRQ_BASE + IRQ_COUNT) {
		irq_raise((u32)vector - VECTOR_IRQ_BASE);
	} else {
		drop(vector);
	}
}

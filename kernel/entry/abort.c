/*
 * NMIs, double faults and machine checks.
 *
 * They may come between any two instructions of the kernel, so the handler does little: it counts the event and sends an
 * interrupt to its own processor. That interrupt is delivered when interrupts are on again, and reports the event. (Linux
 * defers by irq_work likewise; seL4 and NOVA have no handler for NMIs and stop at a machine check.) No other code writes the
 * handler's data.
 *
 * An NMI that comes while another is handled waits in the processor until `iretq` (SDM vol. 3, 6.7.1). Only a machine check
 * can interrupt the handler and execute an `iretq` too soon; the kernel does not survive a machine check in an NMI's
 * handler.
 */
#include "entry/abort.h"
#include "entry/trap.h"
#include "lib/log.h"
#include "lib/print.h"
#include "pc/apic.h"
#include "pc/machine_check.h"
#include "x86/cpu.h"
#include "x86/image.h"
#include "x86/x86.h"

#define SYSTEM_CONTROL 0x61 /* ICH9 datasheet, NMI_SC */
#define SYSTEM_CONTROL_SERR 0x80
#define SYSTEM_CONTROL_IOCHK 0x40
#define REPORTS 32 /* of NMIs, on the log; the counter goes on */

static u64 nmis_reported;

_Static_assert(ABORT_RESUME == 0 && ABORT_AS_FAULT == 1, "trap.S");

static void ask_for_report(void)
{
	apic_interrupt_self(VECTOR_REPORT);
}

/* A message of a device with this vector: there is no error. */
static enum abort_end drop(void)
{
	kinfo->interrupts++;
	kinfo->interrupts_dropped++;
	apic_eoi();
	return ABORT_RESUME;
}

static bool is_on(const char *stack_top, u64 rsp)
{
	return rsp <= (u64)stack_top && rsp > (u64)stack_top - ABORT_STACK_BYTES;
}

/* A machine check in an NMI's handler lets the next NMI in too soon. One in its own handler (entered by a device's message
 * with its vector) has overwritten the registers on that stack. */
static bool may_return_to(u64 rsp)
{
	return !is_on(nmi_stack_top, rsp) && !is_on(machine_check_stack_top, rsp);
}

static enum abort_end machine_check(struct regs *r)
{
	bool from_user = r->cs & 3;
	enum machine_check_end end = machine_check_handle(from_user);

	kinfo->machine_checks++;
	if (end == MACHINE_CHECK_FATAL || !may_return_to(r->rsp)) {
		log_at_once();
		machine_check_report();
		trap_in_kernel(r);
	}
	ask_for_report();
	if (end == MACHINE_CHECK_SURVIVED)
		return ABORT_RESUME;
	this_cpu()->current->regs = *r;
	return ABORT_AS_FAULT;
}

enum abort_end abort_handle(struct regs *r)
{
	if (r->vector == VECTOR_MACHINE_CHECK && machine_check_is_pending())
		return machine_check(r);
	if (r->error == NO_ERROR_CODE && apic_in_service((u32)r->vector))
		return drop();
	if (r->vector != VECTOR_NMI)
		trap_in_kernel(r);
	kinfo->nmis++;
	ask_for_report();
	return ABORT_RESUME;
}

static const char *nmi_cause(void)
{
	u8 cause = inb(SYSTEM_CONTROL);

	if (cause & SYSTEM_CONTROL_SERR)
		return "a device reports a system error (SERR#)";
	if (cause & SYSTEM_CONTROL_IOCHK)
		return "a device reports an error (IOCHK#)";
	return "no device reports an error";
}

static void report_nmis(void)
{
	u64 new = kinfo->nmis - nmis_reported;
	bool is_silent = nmis_reported >= REPORTS;

	nmis_reported += new;
	if (new && !is_silent)
		kprintf("[nmi] %lu non-maskable interrupt%s: %s\n", new, new > 1 ? "s" : "",
			nmi_cause());
}

void abort_report(void)
{
	log_at_most(LOG_NO_THREADS);
	report_nmis();
	machine_check_report();
	log_at_most(LOG_ANY);
}

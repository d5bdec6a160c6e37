/*
 * A fault that no thread handles, in words, on the kernel's log.
 *
 * Of other faults lib/postmortem/fault.c makes the report. It has the same sentences with more about the cause, since a supervisor
 * knows the program's stack. The kernel includes nothing of user space, so the common sentences are here a second time, and
 * tests/test_lib_host.py holds them together.
 */
#include "ipc/fault.h"
#include "ipc/log_report.h"

/* Page-fault error code: SDM vol. 3, 4.7. */
static const char *page_fault(u64 error)
{
	if (error & 16)
		return "ran code at an address that is not executable";
	if (error & 2)
		return "wrote to an address it may not write";
	return "read from an address it may not read";
}

static const char *cause(const struct thread *t)
{
	switch (t->fault_vector) {
	case 0: return "divided by zero";
	case 1: return "caused a debug exception";
	case 3: return "hit a breakpoint";
	case 6: return "ran an instruction that does not exist";
	case 7: return "used the FPU without declaring it";
	case 13: return "ran a privileged instruction, or used a non-canonical address";
	case 14: return page_fault(t->fault_error);
	default: return "caused an exception";
	}
}

enum { CAUSE = REPORT_ABOUT + 1, VECTOR, ERROR, ADDRESS, AT, STACK };

static const struct report_part parts[] = {
	{"[fault] ", REPORT_NAME, REPORT_ABOUT},
	{" ", REPORT_STRING, CAUSE},
	{": exception ", REPORT_DECIMAL, VECTOR},
	{", error ", REPORT_DECIMAL, ERROR},
	{", address ", REPORT_HEX, ADDRESS},
	{"\n        at ", REPORT_HEX, AT},
	{", stack ", REPORT_HEX, STACK},
	{"; the thread is stopped\n", REPORT_TEXT, REPORT_ABOUT},
	{NULL, REPORT_TEXT, REPORT_ABOUT},
};

void fault_print(const struct thread *t)
{
	struct report *r = report_begin(t, REPORT_SPARES_NONE);

	if (!r)
		return;
	/* All are read before any is written, so that the compiler marks all items as given by one store. */
	u64 text = (u64)cause(t), vector = t->fault_vector, error = t->fault_error;
	u64 address = t->fault_address, rip = t->regs.rip, rsp = t->regs.rsp;

	report_value(r, CAUSE, text);
	report_value(r, VECTOR, vector);
	report_value(r, ERROR, error);
	report_value(r, ADDRESS, address);
	report_value(r, AT, rip);
	report_value(r, STACK, rsp);
	report_end(r, parts);
}

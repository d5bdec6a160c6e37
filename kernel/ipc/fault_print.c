/* A fault that nobody handles, in words, on the kernel's log. */
#include "ipc/fault.h"
#include "lib/print.h"

static const char *cause(const struct thread *t)
{
	switch (t->fault_vector) {
	case 0:
		return "divided by zero";
	case 1:
	case 3:
		return "hit a breakpoint";
	case 6:
		return "ran an instruction that does not exist";
	case 7:
		return "used the FPU without declaring it";
	case 13:
		return "did something that user code may not do";
	case 14:
		return t->fault_error & 16	    ? "ran code at an address that is not executable"
		       : t->fault_error & 2 ? "wrote to an address it may not write"
					    : "read from an address it may not read";
	default:
		return "caused an exception";
	}
}

void fault_print(const struct thread *t)
{
	kprintf("[fault] %.16s %s: exception %lu, error %lu, address 0x%lx\n", t->name[0] ? t->name : "?",
		cause(t), t->fault_vector, t->fault_error, t->fault_address);
	kprintf("        at 0x%lx, stack 0x%lx; the thread is stopped\n", t->regs.rip, t->regs.rsp);
}

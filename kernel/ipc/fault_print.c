/* A fault that no thread handles, in words, on the kernel's log. */
#include "ipc/fault.h"
#include "lib/print.h"
#include "mm/log_budget.h"

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
	case 1:
	case 3: return "hit a breakpoint";
	case 6: return "ran an instruction that does not exist";
	case 7: return "used the FPU without declaring it";
	case 13: return "did something that user code may not do";
	case 14: return page_fault(t->fault_error);
	default: return "caused an exception";
	}
}

void fault_print(const struct thread *t)
{
	if (t != thread_root && !log_allows(t))
		return;
	kprintf("[fault] %.16s %s: exception %lu, error %lu, address 0x%lx\n", thread_name(t),
		cause(t), t->fault_vector, t->fault_error, t->fault_address);
	kprintf("        at 0x%lx, stack 0x%lx; the thread is stopped\n", t->regs.rip, t->regs.rsp);
}

#include "servers/proc/cause.h"
#include "lib/microk/print.h"
#include "servers/proc/jobs.h"
#include "servers/proc/regions.h"

/* Vectors and error bits: Intel SDM vol. 3, 6.3.1 and 4.7. */
enum {
	DIVIDE = 0,
	STEP = 1,
	BREAKPOINT = 3,
	OVERFLOW = 4,
	INVALID = 6,
	PROTECTION = 13,
	PAGE_FAULT = 14,
	FPU = 16,
	ALIGNMENT = 17,
	SSE = 19
};
#define PF_WRITE 0x2u
#define PF_FETCH 0x10u

static u32 page_cause(const struct process *p, const struct fault_words *f,
		      enum microk_status status, char *to, u64 bytes)
{
	const char *did = f->error & PF_FETCH   ? "jumped to"
			  : f->error & PF_WRITE ? "wrote to"
						: "read";
	const struct region *r = region_find(p, f->address);
	const char *why = "where nothing is mapped";

	if (status == ERR_LIMIT) {
		format(to, bytes,
		       "its stack is full (%lu KiB): the instruction at 0x%lx %s 0x%lx, below it",
		       PROCESS_STACK_BYTES / 1024, f->ip, did, f->address);
		return PROCESS_SIGSEGV;
	}
	if (status == ERR_MEMORY) {
		format(to, bytes,
		       "there is no memory for its stack: it has %lu KiB of its job's %lu KiB",
		       p->taken / 1024, job_of(p)->limit / 1024);
		return PROCESS_SIGKILL;
	}
	if (r && !r->rights)
		why = "which has no rights";
	else if (r && f->error & PF_FETCH)
		why = "which cannot be executed";
	else if (r)
		why = "which is read-only";
	else if (f->address < PAGE_SIZE)
		why = "a null pointer";
	format(to, bytes, "the instruction at 0x%lx %s 0x%lx, %s", f->ip, did, f->address, why);
	return PROCESS_SIGSEGV;
}

u32 cause_of(const struct process *p, const struct fault_words *f, enum microk_status status,
	     char *to, u64 bytes)
{
	const char *what;
	u32 signal;

	switch (f->vector) {
	case PAGE_FAULT: return page_cause(p, f, status, to, bytes);
	case DIVIDE:
		what = "divides by zero, or its quotient is too large";
		signal = PROCESS_SIGFPE;
		break;
	case STEP:
	case BREAKPOINT:
		what = "is a breakpoint";
		signal = PROCESS_SIGTRAP;
		break;
	case FPU:
	case SSE:
		what = "has an arithmetic exception";
		signal = PROCESS_SIGFPE;
		break;
	case INVALID:
		what = "does not exist";
		signal = PROCESS_SIGILL;
		break;
	case ALIGNMENT:
		what = "uses an address that is not aligned";
		signal = PROCESS_SIGBUS;
		break;
	case PROTECTION:
		what = "is privileged, or uses an address that no program can have";
		signal = PROCESS_SIGSEGV;
		break;
	case OVERFLOW:
	default:
		what = "raised an exception";
		signal = PROCESS_SIGSEGV;
		break;
	}
	format(to, bytes, "the instruction at 0x%lx %s", f->ip, what);
	return signal;
}

/* Stand-in for ipc/fault.c: a fault is printed and ends the thread. */
#include "../../../../labs/1-ipc/kernel/lib/watch.h"
#include "ipc/fault.h"
#include "ipc/cancel.h"
#include "lib/print.h"

void fault_raise(struct thread *t)
{
	if (watch.fault && watch.fault(t))
		return;
	fault_print(t);
	thread_end(t);
}

bool fault_again(struct thread *t)
{
	panic("fault: %.16s waits for a handler, which no thread does at this stage", t->name);
}

status_t fault_answer(struct thread *faulted, const struct thread *from, u64 tag)
{
	(void)from, (void)tag;
	panic("fault: %.16s is answered, which no thread does at this stage", faulted->name);
}

void fault_deliver(struct thread *faulted, struct thread *to, u64 badge)
{
	(void)to, (void)badge;
	panic("fault: %.16s waits to report, which no thread does at this stage", faulted->name);
}

/* Stand-in for ipc/trace.c: no task could read a trace yet, so it is never on. */
#include "ipc/trace.h"

void trace_record(struct thread *t, enum trace_kind kind, u64 tag, const struct slot *s,
		  struct thread *caller)
{
	(void)t, (void)kind, (void)tag, (void)s, (void)caller;
}

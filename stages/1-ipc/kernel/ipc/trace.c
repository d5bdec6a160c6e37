/* Stand-in for ipc/trace.c: no task could read a trace yet. Tracing is on while lab 1's steps draw their timeline. */
#include "../../../../labs/1-ipc/kernel/lib/watch.h"
#include "ipc/trace.h"

void trace_record(struct thread *t, enum trace_kind kind, u64 tag, const struct slot *s,
		  struct thread *caller)
{
	(void)tag, (void)s, (void)caller;
	watch_moment(t, (enum moment)kind);
}

/*
 * The trace ring. As with Linux' ftrace the events lie in memory that the reader maps, so that reading
 * them makes no events; tracing is one bit among the slow reasons, which keeps all messages off the fast path while it is
 * on.
 */
#include "ipc/trace.h"
#include "lib/string.h"
#include "object/identity.h"
#include "sched/slow.h"
#include "sched/thread.h"
#include "x86/layout.h"
#include "x86/x86.h"

static struct trace ring __attribute__((aligned(4096)));

u64 trace_phys(void)
{
	return image_to_phys(&ring);
}

void trace_record(struct thread *t, enum trace_kind kind, u64 tag, const struct slot *s,
		  struct thread *caller)
{
	struct trace_entry *e = &ring.entries[ring.written % TRACE_ENTRIES];

	e->tsc = rdtsc();
	e->tag = tag;
	e->kind = kind;
	e->object = 0;
	e->badge = 0;
	if (s) {
		e->object = capability_identity(s);
		e->badge = s->badge;
	} else if (caller) {
		e->object = object_identity(&caller->header);
	}
	e->thread = object_identity(&t->header);
	memcpy(e->name, t->name, sizeof(e->name));
	ring.written++;
}

void trace_switch(bool on)
{
	slow_reasons_set(SLOW_TRACE, on);
}

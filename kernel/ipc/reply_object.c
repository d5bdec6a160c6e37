/* Answering later, through a Reply object: the caller was moved into it by CNODE_SAVE_CALLER. */
#include "ipc/reply.h"
#include "ipc/trace.h"
#include "sched/lookup.h"

status_t reply_object_send(struct thread *t, struct slot *s, u64 tag)
{
	status_t status = slot_check(s, CAP_REPLY, RIGHT_WRITE);

	if (status != OK)
		return status;
	struct reply *r = (struct reply *)s->object;
	if (r->caller)
		trace_message(t, TRACE_REPLY, tag, NULL, r->caller);
	return reply_answer(r, t, tag);
}

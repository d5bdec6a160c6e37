/* Answering later, through a Reply object: the caller was moved into it by CNODE_SAVE_CALLER. */
#include "ipc/reply_object.h"
#include "ipc/reply.h"
#include "ipc/trace.h"

status_t reply_object_send(struct thread *t, struct slot *s, u64 tag)
{
	if (s->type != CAP_REPLY)
		return ERR_TYPE;
	if (!(s->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	struct reply *r = (struct reply *)s->object;
	if (trace_is_on() && r->caller)
		trace_message(t, TRACE_REPLY, tag, NULL, r->caller);
	return reply_send(r, t, tag);
}

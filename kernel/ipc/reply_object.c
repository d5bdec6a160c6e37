/* Answering later, through a Reply object: the caller was moved into it by CNODE_SAVE_CALLER. */
#include "ipc/reply_object.h"
#include "ipc/reply.h"

status_t reply_object_send(struct thread *t, struct slot *s, u64 tag)
{
	if (s->type != CAP_REPLY)
		return ERR_TYPE;
	if (!(s->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	return reply_send((struct reply *)s->object, t, tag);
}

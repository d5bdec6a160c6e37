/* Stand-in for ipc/reply_object.c: only Endpoints can be sent to. */
#include "ipc/reply.h"

status_t reply_object_send(struct thread *t, struct slot *s, u64 tag)
{
	(void)t, (void)s, (void)tag;
	return ERR_TYPE;
}

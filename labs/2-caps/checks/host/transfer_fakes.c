/* Around a transfer: a derivation is a copy, and recorded. */
#include "transfer_fakes.h"
#include "cap/derive.h"
#include "ipc/closed.h"
#include "cap/cnode.h"
#include "microk/ipcbuf.h"
#include "unit.h"

SHARED u32 derived;
SHARED struct derivation derivation[MOST_DERIVED];
SHARED struct thread *transfer_from, *transfer_to;
SHARED bool changes_buffers;

void closed_raise(struct slot *s)
{
	(void)s;
}

void slot_derive(struct slot *child, struct slot *parent, u32 rights)
{
	if (derived < MOST_DERIVED)
		derivation[derived] =
			(struct derivation){child, parent, rights, child->type != CAP_NULL};
	derived++;
	*child = *parent;
	if (changes_buffers)
		for (u32 i = 0; i < MSG_CAPS; i++)
			transfer_from->buffer->send_caps[i] = transfer_to->buffer->recv_caps[i] = 7;
}

/* What a slot holds: for drawing, for tests, and for a successor that takes over. */
#include "cap/cnode.h"
#include "cap/derive.h"
#include "ipc/endpoint.h"

#define SIBLINGS_SEEN 512 /* how far to look for the parent; bounded as every operation is */
#define CHILDREN_COUNTED 64

static u64 count_children(const struct slot *s)
{
	u64 n = 0;

	if (!derive_has_children(s))
		return 0;
	for (struct slot *c = s->first; !((u64)c & LINK_PARENT) && n < CHILDREN_COUNTED;
	     c = c->next)
		n++;
	return n;
}

status_t describe_invoke(const struct slot *s, struct invocation *inv)
{
	inv->result[0] = s->type;
	inv->result[1] = slot_rights(s);
	inv->result[2] = s->badge;
	inv->result[3] = s->type == CAP_NULL ? 0 : slot_object_identity(s);
	inv->result[4] = s->type == CAP_CNODE      ? ((struct cnode *)s->object)->count
			 : s->type == CAP_ENDPOINT ? ((struct endpoint *)s->object)->messages
						   : s->size;
	inv->result[5] = object_identity(s);
	inv->result[6] = object_identity(derive_parent(s, SIBLINGS_SEEN));
	inv->result[7] = count_children(s);
	inv->results = 8;
	return OK;
}

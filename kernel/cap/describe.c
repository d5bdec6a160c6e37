/* The content of a slot: for drawing, for tests, and for a successor that takes over. */
#include "cap/cnode.h"
#include "cap/derive.h"
#include "ipc/endpoint.h"
#include "object/identity.h"

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

static u64 described_size(const struct slot *s)
{
	switch (s->type) {
	case CAP_CNODE: return ((const struct cnode *)s->object)->count;
	case CAP_ENDPOINT: return ((const struct endpoint *)s->object)->messages;
	default: return s->size;
	}
}

/* The result "value" is whichever field of the union the type uses: badge, address, bytes used. */
status_t describe_invoke(const struct slot *s, struct invocation *inv)
{
	inv->result[0] = s->type;
	inv->result[1] = slot_rights(s);
	inv->result[2] = s->type == CAP_FRAME ? frame_address(s) : s->badge;
	inv->result[3] = capability_identity(s);
	inv->result[4] = described_size(s);
	inv->result[5] = slot_identity(s);
	inv->result[6] = slot_identity(derive_parent(s, SIBLINGS_SEEN));
	inv->result[7] = count_children(s);
	inv->results = 8;
	return OK;
}

/* The content of a slot: for drawing, for tests, and for a successor that takes over. */
#include "cap/cnode.h"
#include "cap/derive.h"
#include "gen/kernel/methods.h"
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
	const struct cnode_describe_result result = {
		.type = s->type,
		.rights = slot_rights(s),
		.value = s->type == CAP_FRAME ? frame_address(s) : s->badge,
		.object_identity = capability_identity(s),
		.size = described_size(s),
		.slot_identity = slot_identity(s),
		.parent_identity = slot_identity(derive_parent(s, SIBLINGS_SEEN)),
		.children = count_children(s),
	};

	return cnode_describe_answer(inv, result);
}

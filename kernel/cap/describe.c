/* The content of a slot: for drawing, for tests, and for a successor that takes over. */
#include "cap/cnode.h"
#include "cap/derive.h"
#include "gen/kernel/methods.h"
#include "ipc/endpoint.h"
#include "ipc/reply.h"
#include "object/identity.h"
#include "sched/preempt.h"

#define SIBLINGS_SEEN 512   /* how far to look for the parent; bounded as every operation is */
#define SIBLINGS_AT_ONCE 16 /* between two looks for interrupts */
#define CHILDREN_COUNTED 64
#define SLOTS_AT_ONCE 32 /* between two looks for interrupts */

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

/* Descendants may have come since the last of them went. */
static bool is_closed(const struct slot *s)
{
	return (s->flags & SLOT_WAS_CLOSED) && !derive_has_children(s);
}

static u64 described_rights(const struct slot *s)
{
	u64 state = 0;

	if (s->type == CAP_ENDPOINT && (s->flags & SLOT_WATCH))
		state = DESCRIBE_WATCHED | (is_closed(s) ? DESCRIBE_CLOSED : 0);
	else if (s->type == CAP_REPLY && ((const struct reply *)s->object)->caller)
		state = DESCRIBE_HOLDS;
	return slot_rights(s) | state;
}

/* Whichever field of the union the type uses: badge, address, bytes used. */
static u64 described_value(const struct slot *s)
{
	return s->type == CAP_FRAME ? frame_address(s) : s->badge;
}

static u64 described_size(const struct slot *s)
{
	switch (s->type) {
	case CAP_CNODE: return ((const struct cnode *)s->object)->count;
	case CAP_ENDPOINT: return ((const struct endpoint *)s->object)->messages;
	default: return s->size;
	}
}

/* NULL: there is none, or it is far away. False: an interrupt waits. */
static bool find_parent(const struct slot *s, const struct slot **parent)
{
	struct derive_search at = derive_search_from(s);

	for (u32 seen = 0; seen < SIBLINGS_SEEN && !derive_search(&at, SIBLINGS_AT_ONCE);
	     seen += SIBLINGS_AT_ONCE)
		if (preempt_pending())
			return false;
	*parent = at.parent;
	return true;
}

/*
 * It takes up to 6,000 instructions, most of them to look for the parent and to encrypt three identities, so it looks for
 * interrupts after each part. If one waits, it begins anew later, because the parts belong together: none of them may have
 * changed meanwhile.
 */
status_t describe_invoke(const struct slot *s, struct invocation *inv)
{
	struct cnode_describe_result result = {
		.type = s->type,
		.rights = described_rights(s),
		.value = described_value(s),
		.size = described_size(s),
	};
	const struct slot *parent;

	if (!find_parent(s, &parent) || preempt_pending())
		return PREEMPTED;
	result.parent_identity = slot_identity(parent);
	if (preempt_pending())
		return PREEMPTED;
	result.slot_identity = slot_identity(s);
	if (preempt_pending())
		return PREEMPTED;
	result.children = count_children(s);
	if (preempt_pending())
		return PREEMPTED;
	result.object_identity = capability_identity(s);
	return cnode_describe_answer(inv, result);
}

/* As CNODE_DESCRIBE, without the identities, which take a pager longer than the rest of its work for a page. */
static status_t answer_found(struct invocation *inv, const struct cnode *c, u64 index)
{
	const struct slot *s = &c->slots[index];

	if (preempt_pending())
		return cnode_next_again(inv, (struct cnode_next){.index = index});
	const struct cnode_next_result result = {
		.index = index,
		.type = s->type,
		.rights = described_rights(s),
		.value = described_value(s),
		.size = described_size(s),
		.children = count_children(s),
	};

	return cnode_next_answer(inv, result);
}

/* An interrupted search goes on where it was: an empty slot before that place may be filled meanwhile, and is not found, as it
 * would not be if it had been filled a moment later. */
status_t next_invoke(const struct cnode *c, struct invocation *inv)
{
	u64 at = cnode_next_args(inv).index;

	while (at < c->count) {
		u64 end = MIN(at + SLOTS_AT_ONCE, (u64)c->count);
		for (; at < end; at++)
			if (c->slots[at].type != CAP_NULL)
				return answer_found(inv, c, at);
		if (at < c->count && preempt_pending())
			return cnode_next_again(inv, (struct cnode_next){.index = at});
	}
	return cnode_next_answer(inv, (struct cnode_next_result){0});
}

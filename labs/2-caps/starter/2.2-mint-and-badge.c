#include "lib/exercise.h"

static void missing_mint(void)
{
	exercise_missing("2.2", "mint and badge", "labs/2-caps/handout.md#22-mint-and-badge");
}

/* A copy with any rights that were asked for. */
void slot_derive(struct slot *to, struct slot *from, u32 rights)
{
	u8 embedded = to->flags & SLOT_THREAD;

	missing_mint();
	*to = *from;
	to->flags = (from->flags & SLOT_DEVICE) | embedded;
	to->rights = rights & RIGHT_ALL_KERNEL;
	to->prot = (u8)(rights >> RIGHT_PROT_SHIFT);
	to->aux = 0;
	to->prev = to->next = to->first = to->last = NULL;
	if (slot_has_object(from))
		object_hold(from->object);
	slot_seal(to);
	derive_link(to, from);
}

/* The same with any badge that was asked for. */
static status_t decode_mint(struct invocation *inv)
{
	const struct cnode_mint args = cnode_mint_args(inv);
	struct slot *to, *from;
	status_t s = decode_pair(inv, args.index, args.source_cnode, args.source_index, &to, &from);

	missing_mint();
	if (s != OK)
		return s;
	slot_derive(to, from, (u32)args.rights);
	if (args.flags & MINT_BADGE)
		to->badge = args.badge;
	return OK;
}

#include "lib/exercise.h"

static u64 used_bytes(const struct slot *untyped)
{
	return untyped->used;
}

/* One object at a time, in pages of its own after the last one. A Frame shows its owner whatever
 * was in that memory before. */
static status_t retype_decode(struct invocation *inv)
{
	const struct untyped_retype args = untyped_retype_args(inv);
	struct slot *untyped = inv->slot;
	struct request q = {.type = (u32)args.type, .size = args.size, .count = 1};
	status_t s = decode_size(&q, untyped->flags & SLOT_DEVICE);

	exercise_missing("2.5", "retype", "labs/2-caps/handout.md#25-retype");
	if (args.count != 1)
		return ERR_ARG;
	if (s == OK)
		s = decode_slots(inv, &q);
	if (s != OK)
		return s;
	if (!reap_in(untyped->phys, untyped->pages * PAGE_SIZE))
		return PREEMPTED;
	/* It had children, and has none left. */
	if (untyped->zeroed && !derive_has_children(untyped))
		untyped->used = untyped->zeroed = 0;
	u64 align = MAX(q.align, PAGE_SIZE);
	u64 place = ALIGN_UP(untyped->phys + untyped->used, align),
	    end = untyped->phys + untyped->pages * PAGE_SIZE;
	if (place > end || q.bytes > end - place)
		return ERR_MEMORY;
	if (q.type != CAP_FRAME && q.type != CAP_UNTYPED)
		memset(phys_to_virt(place), 0, q.bytes);
	make_object(q.slots, &q, place, untyped->flags & SLOT_DEVICE);
	derive_link(q.slots, untyped);
	untyped->used = place + q.bytes - untyped->phys;
	untyped->zeroed = derive_has_children(untyped);
	return OK;
}

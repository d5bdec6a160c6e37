#include "lib/exercise.h"

/* This one works, and has holes. */
static status_t map_decode(struct invocation *inv)
{
	const struct frame_map args = frame_map_args(inv);
	struct slot *s = inv->slot, *to = cap_lookup(inv->caller, args.address_space);
	u64 va = args.address, flags;
	status_t status;

	exercise_missing("2.7", "stop an attack", "labs/2-caps/handout.md#27-stop-an-attack");
	if (!to)
		return ERR_CAP;
	if (to->type != CAP_ADDRESS_SPACE)
		return ERR_TYPE;
	if (va & (PAGE_SIZE - 1))
		return ERR_ALIGN;
	if (va >= USER_TOP || s->pages * PAGE_SIZE > USER_TOP - va)
		return ERR_RANGE;
	status = map_flags((u32)args.rights, (u32)args.attributes, &flags);
	if (status != OK)
		return status;
	struct space *space = (struct space *)to->object;
	status = map_run(space, va, s, flags);
	if (status != OK)
		return status;
	s->space = space->ref;
	s->address = va;
	return OK;
}

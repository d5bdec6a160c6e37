/* Narrows capabilities that are a range of numbers, which is a kind of derivation. */
#include "cap/range.h"
#include "cap/cnode.h"

status_t range_narrow_decode(struct invocation *inv, u64 first, u64 count, u64 cnode, u64 index)
{
	struct slot *s = inv->slot, *to;
	status_t status = cnode_slot(inv->caller, cnode, index, &to);

	if (status != OK)
		return status;
	if (to->type != CAP_NULL)
		return ERR_OCCUPIED;
	if (count == 0 || first < s->number || first >= s->number + s->count ||
	    count > s->number + s->count - first)
		return ERR_RANGE;
	slot_derive(to, s, RIGHT_ALL);
	to->number = first;
	to->count = (u32)count;
	return OK;
}

/* Capabilities that are a range of numbers, made narrower: a kind of derivation. */
#include "cap/range.h"
#include "cap/cnode.h"

status_t range_narrow_decode(struct invocation *inv)
{
	struct slot *s = inv->slot, *to;
	u64 first = inv->word[0], count = inv->word[1];
	status_t status = cnode_slot(inv->caller, inv->word[2], inv->word[3], &to);

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

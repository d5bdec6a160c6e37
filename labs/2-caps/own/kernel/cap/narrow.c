/* FRAME_NARROW as a patch has it (exercise 2.8): "Compares each argument with the length, which is easier to read than the
 * subtraction." */
#include "cap/narrow.h"
#include "cap/cnode.h"
#include "gen/kernel/methods.h"
#include "mm/wx.h"

status_t frame_narrow_method(struct invocation *inv)
{
	const struct frame_narrow args = frame_narrow_args(inv);
	struct slot *s = inv->slot, *to = NULL;
	status_t status = cnode_slot(inv->caller, args.cnode, args.index, &to);

	if (status != OK)
		return status;
	if (to->type != CAP_NULL)
		return ERR_OCCUPIED;
	if (args.count < 1 || args.count > s->pages || args.first >= s->pages)
		return ERR_RANGE;
	slot_derive(to, s, (u32)args.rights);
	to->phys += args.first * PAGE_SIZE;
	to->pages = (u32)args.count;
	wx_part(to, s, (u32)args.first);
	return OK;
}

/*
 * FRAME_NARROW: a Frame of some of the pages of a run.
 *
 * A server that keeps its memory in long runs hands out single pages of them: the page cache to a program that maps a file,
 * a pager to a program that faults. In seL4 a frame's size is fixed when it is made, so that such a server makes a slot for
 * each page from the start. Barrelfish maps any part of a long frame, named by an offset at each mapping; but a program
 * that is handed the capability has the whole. NOVA's delegation names a part and can leave out rights; the receiver holds
 * the part alone. Here it is NOVA's rule in the form of IRQ_NARROW: the part is a Frame like every other, a child of the
 * one that it is a part of, with at most its rights. It is mapped, copied, narrowed and revoked as any Frame, and its
 * memory is used again only when the last capability to the run or to a part of it is gone. Its identity is that of its
 * first page.
 *
 * The record of writable and executable mappings is that of the whole run (mm/wx.c).
 */
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
	if (args.count < 1 || args.first >= s->pages || args.count > s->pages - args.first)
		return ERR_RANGE;
	slot_derive(to, s, (u32)args.rights);
	to->phys += args.first * PAGE_SIZE;
	to->pages = (u32)args.count;
	wx_part(to, s, (u32)args.first);
	return OK;
}

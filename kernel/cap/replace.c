/*
 * UNTYPED_REPLACE_FRAME: a page that others have, too, becomes the caller's process's own.
 *
 * That is what a pager does when a program writes a page that it shares since a fork. By other methods it makes seven
 * calls: make a Frame, which clears it, copy the bytes, delete the old capability, move the new one into its slot, map it.
 * A pager that ends in between leaves a page that its successor must complete. seL4 has these calls alone, and the copy
 * needs mappings of both pages, too. Linux and Zircon do all of it in the kernel's own handler of the fault, of memory that
 * the kernel finds.
 *
 * Here it is one call, and nothing has changed before its last step. The page is not cleared before it is copied. If an
 * interrupt waits in the middle of the copy, all of it is done again later. For no progress is recorded: that would have to
 * be where no program can change it, since a Frame with memory that was not copied would show what its last owner wrote.
 *
 * The old capability is deleted as by CNODE_DELETE: its children become its parent's. So a page in the middle of a line of
 * forks can be replaced.
 */
#include "cap/replace.h"
#include "cap/cnode.h"
#include "cap/delete.h"
#include "cap/derive.h"
#include "cap/reap.h"
#include "cap/untyped.h"
#include "gen/kernel/methods.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/map.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "sched/lookup.h"
#include "sched/preempt.h"
#include "x86/layout.h"
#include "x86/pte.h"

#define COPIED_AT_ONCE (PAGE_SIZE / 4)

struct place {
	struct slot *frame;
	const struct space *space;
	u64 *entry; /* NULL: it is not mapped */
	u64 flags;  /* of the new entry */
	u64 start;  /* of the new page in the Untyped */
};

/* The page is not mapped, or in the address space, and its entry is its own, which it is not if a table was exchanged. */
static status_t decode_mapping(struct place *p)
{
	const struct slot *s = p->frame;

	p->entry = NULL;
	if (!s->space)
		return OK;
	if (s->space != p->space->ref || s->address != frame_address(s))
		return ERR_STATE;
	p->entry = map_entry(p->space->root, s->address, 1);
	if (!p->entry || !(*p->entry & PTE_PRESENT) || (*p->entry & PTE_ADDRESS) != s->phys)
		return ERR_STATE;
	return OK;
}

static status_t decode_frame(const struct invocation *inv, struct place *p)
{
	const struct untyped_replace_frame args = untyped_replace_frame_args(inv);
	const struct slot *to = cap_lookup(inv->caller, args.address_space);
	status_t status = slot_check(to, CAP_ADDRESS_SPACE, RIGHT_WRITE);

	if (status == OK)
		status = cnode_slot(inv->caller, args.cnode, args.index, &p->frame);
	if (status == OK)
		status = slot_check(p->frame, CAP_FRAME, RIGHT_READ);
	if (status != OK)
		return status;
	p->space = (const struct space *)to->object;
	if (((inv->slot->flags | p->frame->flags) & SLOT_DEVICE) || p->frame->pages != 1)
		return ERR_ARG;
	if (args.rights & ~(u64)RIGHT_ALL_KERNEL)
		return ERR_RIGHTS;
	status = map_flags((u32)args.rights, 0, &p->flags);
	return status == OK ? decode_mapping(p) : status;
}

static status_t decode_room(const struct slot *untyped, struct place *p)
{
	p->start = ALIGN_UP(untyped->used, PAGE_SIZE);
	return p->start + PAGE_SIZE <= untyped->pages * PAGE_SIZE ? OK : ERR_MEMORY;
}

/* A few hundred instructions. False: an interrupt waits. */
static bool copy_page(struct slot *untyped, const struct place *p)
{
	u8 *to = phys_to_virt(untyped->phys + p->start);
	const u8 *from = phys_to_virt(p->frame->phys);

	untyped->zeroed = untyped->used; /* whatever was zero there */
	for (u32 done = 0; done < PAGE_SIZE; done += COPIED_AT_ONCE) {
		memcpy(to + done, from + done, COPIED_AT_ONCE);
		if (preempt_pending())
			return false;
	}
	return true;
}

static void replace(struct slot *untyped, const struct place *p, u64 rights)
{
	struct slot *s = p->frame;
	u64 address = s->address;

	slot_delete(s);
	*s = (struct slot){
		.type = CAP_FRAME,
		.rights = RIGHT_ALL_KERNEL,
		.prot = 0xff,
		.pages = 1,
		.phys = untyped->phys + p->start};
	wx_begin(s);
	derive_link(s, untyped);
	untyped->used = p->start + PAGE_SIZE;
	untyped->zeroed = untyped->used;
	if (p->entry)
		frame_map_fresh(s, p->space, address, p->entry, rights, p->flags);
}

status_t untyped_replace_frame_method(struct invocation *inv)
{
	struct slot *untyped = inv->slot;
	struct place p;
	status_t status;

	/* As in retype: when the last child is gone, all is free again. It comes first, since it may end what is looked up. */
	if (!untyped_is_clean(untyped)) {
		if (!reap_in(untyped->phys, untyped->pages * PAGE_SIZE))
			return PREEMPTED;
		untyped->used = 0;
		untyped->zeroed = 0;
	}
	status = decode_frame(inv, &p);
	if (status == OK)
		status = decode_room(untyped, &p);
	if (status != OK)
		return status;
	if (!copy_page(untyped, &p))
		return PREEMPTED;
	replace(untyped, &p, untyped_replace_frame_args(inv).rights);
	return OK;
}

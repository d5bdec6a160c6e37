/*
 * UNTYPED_MAP_FRAME: a Frame is made of an Untyped, and mapped.
 *
 * That is what a pager does for most faults: a page of zeroes, in one address space. In seL4 and Barrelfish it makes two
 * calls, retype and map, each with all its checks; Zircon's kernel finds the page itself, at the fault, since it has an
 * allocator. Here the two are one call, made of the two methods' own code, so that no check differs.
 *
 * First all is checked that the mapping needs and that can be checked before there is a Frame; then the Frame is made; then
 * it is mapped. The mapping of a new Frame cannot fail then, if it is a step. A long run takes several, and zeroing it
 * many, between which other threads run. So the caller's registers record, for the call that begins anew, that the Frame is
 * made: in `made`, the call's fourth word. A caller that sets it itself maps the Frame that lies in the slot, which it
 * could do by SPACE_MAP_FRAMES: it has the capabilities that both need.
 *
 * A single page is both made and mapped in one step, and nothing that was checked can change in it: so its mapping looks
 * nothing up and checks nothing a second time. Only where objects must be taken apart before memory is used again, what is
 * looked up may end with them; then a page goes the way of a run.
 */
#include "cap/make_mapped.h"
#include "cap/cnode.h"
#include "cap/untyped.h"
#include "gen/kernel/methods.h"
#include "mm/frame.h"
#include "mm/map.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "sched/lookup.h"
#include "sched/preempt.h"
#include "x86/layout.h"
#include "x86/pte.h"

#define LOOKED_AT_ONCE 32

/* Where the Frame is mapped. */
struct place {
	const struct space *space;
	u64 flags;  /* of its entries */
	u64 *entry; /* of a single page */
};

/* Whether FRAME_MAP would take these rights and attributes for a new Frame. */
static status_t check_rights(const struct slot *untyped, const struct untyped_map_frame *args,
			     u64 *flags)
{
	bool is_device = (untyped->flags & SLOT_DEVICE) != 0;

	if (args->rights & ~(u64)RIGHT_ALL_KERNEL)
		return ERR_RIGHTS;
	if (is_device ? (args->rights & RIGHT_EXEC) != 0 : args->attributes != 0)
		return is_device ? ERR_RIGHTS : ERR_ARG;
	if (args->attributes >> 32)
		return ERR_ARG;
	return map_flags((u32)args->rights, (u32)args->attributes, flags);
}

static status_t check_address(const struct untyped_map_frame *args)
{
	u64 va = args->address;

	if (args->pages < 1 || args->pages > FRAME_MAX_PAGES)
		return ERR_ARG;
	if (va & (PAGE_SIZE - 1))
		return ERR_ALIGN;
	if (va < USER_BOTTOM || va >= USER_TOP || args->pages * PAGE_SIZE > USER_TOP - va)
		return ERR_RANGE;
	return OK;
}

static status_t check_page(struct place *p, u64 va)
{
	p->entry = map_entry(p->space->root, va, 1);
	if (!p->entry)
		return ERR_TABLE;
	return *p->entry & PTE_PRESENT ? ERR_OCCUPIED : OK;
}

/* Entries of one table, from the one for `va` on: their number is stored at `seen`. */
static status_t check_entries(const struct space *space, u64 va, u64 pages, u64 *seen)
{
	u64 in_table = TABLE_PAGES - (va >> PAGE_BITS) % TABLE_PAGES;
	const u64 *entries = map_entry(space->root, va, 1);

	if (!entries)
		return ERR_TABLE;
	*seen = MIN(MIN(pages, LOOKED_AT_ONCE), in_table);
	for (u64 i = 0; i < *seen; i++)
		if (entries[i] & PTE_PRESENT)
			return ERR_OCCUPIED;
	return OK;
}

/* A run of 512 pages lies so that it is one large page where the address permits. */
static status_t check_large(const struct space *space, u64 va)
{
	const u64 *entry = map_entry(space->root, va, 2);

	if (!entry)
		return ERR_TABLE;
	return *entry & PTE_PRESENT ? ERR_OCCUPIED : OK;
}

/* If an interrupt waits, all of it is done again later. */
static status_t check_place(const struct space *space, u64 va, u64 pages)
{
	if (pages == TABLE_PAGES && va % (TABLE_PAGES * PAGE_SIZE) == 0)
		return check_large(space, va);
	for (u64 seen = 0; pages; pages -= seen, va += seen * PAGE_SIZE) {
		status_t status = check_entries(space, va, pages, &seen);

		if (status != OK)
			return status;
		if (pages > seen && preempt_pending())
			return PREEMPTED;
	}
	return OK;
}

static status_t check(const struct invocation *inv, const struct untyped_map_frame *args,
		      struct place *p)
{
	const struct slot *to = cap_lookup(inv->caller, args->address_space);
	status_t status = slot_check(to, CAP_ADDRESS_SPACE, RIGHT_WRITE);

	if (status == OK)
		status = check_address(args);
	if (status == OK)
		status = check_rights(inv->slot, args, &p->flags);
	if (status != OK)
		return status;
	p->space = (const struct space *)to->object;
	if (args->pages == 1)
		return check_page(p, args->address);
	return check_place(p->space, args->address, args->pages);
}

static status_t make(const struct invocation *inv, const struct untyped_map_frame *args)
{
	struct invocation one = {.caller = inv->caller, .slot = inv->slot, .label = UNTYPED_RETYPE};

	untyped_retype_again(
		&one,
		(struct untyped_retype){
			.type = CAP_FRAME,
			.size = args->pages,
			.cnode = args->cnode,
			.index = args->index,
			.count = 1});
	return untyped_retype_method(&one);
}

static status_t map(const struct invocation *inv, const struct untyped_map_frame *args)
{
	struct slot *s = NULL;
	status_t status = cnode_slot(inv->caller, args->cnode, args->index, &s);

	if (status == OK)
		status = slot_check(s, CAP_FRAME, RIGHT_READ);
	if (status != OK)
		return status;
	struct invocation one = {.caller = inv->caller, .slot = s, .label = FRAME_MAP};

	frame_map_again(&one, (struct frame_map){.address_space = args->address_space,
						 .address = args->address,
						 .rights = args->rights,
						 .attributes = args->attributes});
	return frame_map_method(&one);
}

bool map_frame_is_one_step(const struct invocation *inv)
{
	const struct untyped_map_frame args = untyped_map_frame_args(inv);

	return args.pages == 1 && !args.made && untyped_is_clean(inv->slot);
}

static status_t map_page_made(const struct invocation *inv, const struct untyped_map_frame *args,
			      const struct place *p)
{
	struct slot *s = NULL;
	status_t status = cnode_slot(inv->caller, args->cnode, args->index, &s);

	/* Not for memory whose other mappings have all ended. */
	if (status == OK && !wx_allows(s, p->space->ref, args->rights))
		status = ERR_RIGHTS;
	if (status == OK)
		frame_map_fresh(s, p->space, args->address, p->entry, args->rights, p->flags);
	return status;
}

status_t untyped_map_frame_method(struct invocation *inv)
{
	struct untyped_map_frame args = untyped_map_frame_args(inv);
	struct place place = {0};
	status_t status = OK;

	if (!args.made) {
		bool one_step = map_frame_is_one_step(inv);

		status = check(inv, &args, &place);
		if (status == OK && preempt_pending())
			status = PREEMPTED; /* to clear memory takes long */
		if (status == OK)
			status = make(inv, &args);
		if (status == OK && one_step)
			return map_page_made(inv, &args, &place);
	}
	if (status != OK)
		return status;
	args.made = 1;
	status = map(inv, &args);
	return status == PREEMPTED ? untyped_map_frame_again(inv, args) : status;
}

/*
 * FRAME_MAP. In seL4 a Frame is a single entry. Here it may be a run of pages, which is mapped in steps (mm/frame_steps.c):
 * the first is taken where all is checked, so that a call with an error changes nothing.
 */
#include "mm/frame.h"
#include "gen/kernel/methods.h"
#include "mm/frame_steps.h"
#include "mm/map.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "sched/lookup.h"
#include "sched/preempt.h"
#include "x86/layout.h"
#include "x86/pte.h"

/* The first step of a run. With an error nothing was changed. */
static status_t map_run(struct space *space, u64 va, const struct slot *s, u64 flags)
{
	if (va < USER_BOTTOM)
		return ERR_RANGE;
	if (frame_is_large(s, va))
		return map_page(space->root, va, s->phys, flags, 2);
	if (!map_entry(space->root, va + (s->pages - 1) * PAGE_SIZE, 1))
		return ERR_TABLE;
	return frame_map_step(
		map_entry(space->root, va, 1), s->phys, frame_pages_of_step(va, s->pages), flags);
}

/* EXERCISE 2.7 stop-an-attack: begin */
static status_t map_decode(struct invocation *inv)
{
	const struct frame_map args = frame_map_args(inv);
	struct slot *s = inv->slot, *to = cap_lookup(inv->caller, args.address_space);
	u64 va = args.address, rights = args.rights, flags;
	status_t status;

	if (!to)
		return ERR_CAP;
	if (to->type != CAP_ADDRESS_SPACE)
		return ERR_TYPE;
	if (!(to->rights & RIGHT_WRITE) || (rights & ~(u64)s->rights))
		return ERR_RIGHTS;
	if (s->space)
		return ERR_STATE;
	if (va & (PAGE_SIZE - 1))
		return ERR_ALIGN;
	if (va >= USER_TOP || s->pages * PAGE_SIZE > USER_TOP - va)
		return ERR_RANGE;
	if (args.attributes >> 32)
		return ERR_ARG;
	status = map_flags((u32)rights, (u32)args.attributes, &flags);
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
/* EXERCISE 2.7 stop-an-attack: end */

/* Whether these are the rights that wx_note recorded for the whole run. The first page may be another capability's
 * meanwhile, because tables can be exchanged. Device memory has no record, and needs none. */
static bool is_as_recorded(const struct slot *s, u64 rights)
{
	u8 recorded = (rights & RIGHT_WRITE ? SLOT_WRITER : 0) |
		      (rights & RIGHT_EXEC ? SLOT_EXECUTER : 0);

	return (s->flags & SLOT_DEVICE) || (s->flags & (SLOT_WRITER | SLOT_EXECUTER)) == recorded;
}

/* Whether a part of this very mapping is there, and not of another. */
static bool is_its_part(const struct invocation *inv, const struct space *space, u64 first)
{
	const struct frame_map args = frame_map_args(inv);
	const struct slot *s = inv->slot;
	u64 flags;

	if (s->space != space->ref || frame_address(s) != args.address)
		return false;
	/* Without a first page there is nothing to compare with, and the call ends with an error anyway. */
	return !first ||
	       (!(args.rights & ~(u64)s->rights) && !(args.attributes >> 32) &&
		is_as_recorded(s, args.rights) &&
		map_flags((u32)args.rights, (u32)args.attributes, &flags) == OK && flags == first);
}

/* A part of the run is mapped: by this very call before it was interrupted, or by another that was given up. */
static status_t map_go_on(struct invocation *inv, struct space *space)
{
	struct slot *s = inv->slot;
	const struct frame_place p = {.space = space};
	u64 first = frame_flags_of_first(s, &p);

	if (frame_is_going(s) || !is_its_part(inv, space, first))
		return ERR_STATE;
	return frame_map_part(s, &p, first);
}

/* The conditions that map_decode cannot see: the frame's other mappings, whether it is memory, and that a run takes several
 * steps. */
status_t frame_map_method(struct invocation *inv)
{
	const struct frame_map args = frame_map_args(inv);
	struct slot *s = inv->slot;
	const struct slot *to = cap_lookup(inv->caller, args.address_space);
	bool is_device = (s->flags & SLOT_DEVICE) != 0;

	/* Memory past the cache would show its content before it was zeroed (SDM vol. 3, 11.12.4: no aliases). */
	if (args.attributes && !is_device)
		return ERR_ARG;
	if (slot_check(to, CAP_ADDRESS_SPACE, RIGHT_WRITE) != OK)
		return map_decode(inv); /* returns the reason */
	struct space *space = (struct space *)to->object;
	if (frame_is_part(s))
		return map_go_on(inv, space);
	if (!s->space && !wx_allows(s, space->ref, args.rights))
		return ERR_RIGHTS;
	if (preempt_pending())
		return PREEMPTED;
	status_t status = map_decode(inv);
	if (status != OK)
		return status;
	wx_note(s, space->ref, args.rights);
	if (frame_is_large(s, s->address))
		return OK;
	const struct frame_place p = {.space = space};
	return frame_map_after_first(s, &p, frame_flags_of_first(s, &p));
}

void frame_map_fresh(struct slot *s, const struct space *space, u64 va, u64 *entry, u64 rights,
		     u64 flags)
{
	*entry = s->phys | flags;
	s->space = space->ref;
	s->address = va;
	wx_note(s, space->ref, rights);
}

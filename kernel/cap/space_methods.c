/*
 * Methods of an AddressSpace: many Frames are mapped, unmapped, or get other rights in one call.
 *
 * A pager has a slot for each page of each program that it serves, far more than fit into its own CSpace, and a call for
 * each page would cost more than the mapping. So the Frames are named by a CNode and an index in it, as the slots of a
 * retype are: the CNode can be any that the caller has a capability to, one for each program.
 *
 * seL4 maps one page with a call. Barrelfish maps a number of entries of one table from one long frame, in a loop without a
 * look for interrupts, and its mapping is a capability of its own in another slot. Zircon's calls name ranges of addresses,
 * whatever lies there, and the kernel finds the memory; there the kernel has a tree of regions for each address space, with
 * memory of its own. NOVA delegates aligned ranges of pages whose length is a power of two, as a part of a message. Here
 * the Frames are any that lie in consecutive slots: the capability to each records where it is mapped, so unmapping and
 * changing rights take no address. Each Frame is mapped by FRAME_MAP's own code, so no check, right or record differs.
 *
 * SPACE_MAP_FRAMES passes over empty slots only if it is asked to (MAP_SPARSE), since the address of each Frame depends on
 * those before it: an empty slot then counts as a page.
 *
 * A Frame is a step. If an interrupt waits then, the call begins anew with the rest: the caller's registers have it, `done`
 * among it, which is only ever added to and returned. If a Frame cannot be mapped, those before it are, and the call
 * returns how many; a call from there on returns the reason. An error therefore means that nothing was changed, as it does
 * everywhere.
 */
#include "cap/cnode.h"
#include "gen/kernel/methods.h"
#include "mm/frame.h"
#include "mm/space.h"
#include "object/identity.h"
#include "sched/lookup.h"
#include "sched/preempt.h"

#define EMPTY_AT_ONCE 2 /* slots, between two looks for interrupts */

/* The first of the slots; they are in one CNode. */
static status_t decode_slots(const struct invocation *inv, const struct space_map_frames *args,
			     struct slot **first)
{
	struct slot *last;
	status_t status = cnode_slot(inv->caller, args->cnode, args->index, first);

	if (status != OK)
		return status;
	if (args->count < 1)
		return ERR_ARG;
	if (args->count > CNODE_MAX_SLOTS)
		return ERR_RANGE;
	return cnode_slot(inv->caller, args->cnode, args->index + args->count - 1, &last);
}

/* FRAME_MAP of one of them: the call that its caller could make if the Frame lay in its CSpace. */
static status_t map_one(const struct invocation *inv, struct slot *s,
			const struct space_map_frames *args)
{
	struct invocation one = {.caller = inv->caller, .slot = s, .label = FRAME_MAP};
	status_t status = slot_check(s, CAP_FRAME, RIGHT_READ);

	if (status != OK)
		return status;
	frame_map_again(
		&one, (struct frame_map){.address_space = (u64)(inv->slot - inv->caller->caps),
					 .address = args->address,
					 .rights = args->rights,
					 .attributes = args->attributes & ~(u64)MAP_SPARSE});
	return frame_map_method(&one);
}

/* Slots without a mapping here are passed over: of a range of addresses, a program has often not used all pages yet. */
static status_t change_one(const struct invocation *inv, struct slot *s, u64 rights)
{
	struct space *space = (struct space *)inv->slot->object;

	if (s->type == CAP_NULL)
		return OK;
	status_t status = slot_check(s, CAP_FRAME, RIGHT_READ);
	if (status != OK)
		return status;
	if (s->space != space->ref)
		return OK;
	return inv->label == SPACE_UNMAP_FRAMES
		       ? frame_unmap_steps(s)
		       : frame_protect(s, space, rights);
}

/* The one in s, which the rest of the call begins with. */
static status_t do_one(const struct invocation *inv, struct slot *s, struct space_map_frames *rest)
{
	status_t status;

	if (inv->label != SPACE_MAP_FRAMES)
		return change_one(inv, s, rest->rights);
	if (s->type == CAP_NULL && (rest->attributes & MAP_SPARSE)) {
		rest->address += PAGE_SIZE;
		return OK;
	}
	status = map_one(inv, s, rest);
	if (status == OK)
		rest->address += s->pages * PAGE_SIZE;
	return status;
}

/* After each Frame, and after some empty slots. */
static bool is_look_due(const struct slot *s, u64 done)
{
	return s->type != CAP_NULL || done % EMPTY_AT_ONCE == 0;
}

/* Does as many as it can; `rest` has what is left. OK also if one cannot be done and others were. */
static status_t do_many(const struct invocation *inv, struct space_map_frames *rest)
{
	struct slot *s = NULL;
	status_t status = decode_slots(inv, rest, &s);

	for (; status == OK && rest->count; s++) {
		status = do_one(inv, s, rest);
		if (status != OK)
			break;
		rest->index++;
		rest->count--;
		rest->done++;
		if (rest->count && is_look_due(s, rest->done) && preempt_pending())
			return PREEMPTED;
	}
	return rest->done && status != PREEMPTED ? OK : status;
}

static status_t map_decode(struct invocation *inv)
{
	struct space_map_frames rest = space_map_frames_args(inv);
	status_t status = do_many(inv, &rest);

	if (status == PREEMPTED)
		return space_map_frames_again(inv, rest);
	if (status != OK)
		return status;
	return space_map_frames_answer(inv, (struct space_map_frames_result){.done = rest.done});
}

static status_t unmap_decode(struct invocation *inv)
{
	const struct space_unmap_frames args = space_unmap_frames_args(inv);
	struct space_map_frames rest = {
		.cnode = args.cnode, .index = args.index, .count = args.count, .done = args.done};
	status_t status = do_many(inv, &rest);

	if (status == PREEMPTED)
		return space_unmap_frames_again(
			inv, (struct space_unmap_frames){
				     .cnode = rest.cnode,
				     .index = rest.index,
				     .count = rest.count,
				     .done = rest.done});
	if (status != OK)
		return status;
	return space_unmap_frames_answer(
		inv, (struct space_unmap_frames_result){.done = rest.done});
}

static status_t protect_decode(struct invocation *inv)
{
	const struct space_protect_frames args = space_protect_frames_args(inv);
	struct space_map_frames rest = {
		.cnode = args.cnode,
		.index = args.index,
		.count = args.count,
		.done = args.done,
		.rights = args.rights};
	status_t status = do_many(inv, &rest);

	if (status == PREEMPTED)
		return space_protect_frames_again(
			inv, (struct space_protect_frames){
				     .cnode = rest.cnode,
				     .index = rest.index,
				     .count = rest.count,
				     .done = rest.done,
				     .rights = rest.rights});
	if (status != OK)
		return status;
	return space_protect_frames_answer(
		inv, (struct space_protect_frames_result){.done = rest.done});
}

static status_t info_decode(struct invocation *inv)
{
	const struct kobject *space = inv->slot->object;

	return space_info_answer(inv, (struct space_info_result){object_identity(space)});
}

status_t address_space_decode(struct invocation *inv)
{
	u32 need = inv->label == SPACE_INFO ? RIGHT_READ : RIGHT_WRITE;

	if (inv->label < SPACE_INFO || inv->label > SPACE_PROTECT_FRAMES)
		return ERR_METHOD;
	if (!invocation_may(inv, need))
		return ERR_RIGHTS;
	switch (inv->label) {
	case SPACE_INFO: return info_decode(inv);
	case SPACE_MAP_FRAMES: return map_decode(inv);
	case SPACE_UNMAP_FRAMES: return unmap_decode(inv);
	default: return protect_decode(inv);
	}
}

/*
 * CNODE_COPY_SLOTS: CNODE_COPY of many slots.
 *
 * A process server that forks a process derives a capability of each of its pages, from one CNode into another at the same
 * indexes. The pages that a program has touched lie in rows, with empty slots between: those are passed over. It is the
 * counterpart of the methods of an AddressSpace for many Frames (cap/space_methods.c), and its progress and its errors are
 * as theirs.
 */
#include "cap/cnode.h"
#include "gen/kernel/methods.h"
#include "sched/preempt.h"

#define SLOTS_AT_ONCE 3 /* between two looks for interrupts */

/* The first of the slots on both sides. All are within the two CNodes. */
static status_t decode(const struct invocation *inv, const struct cnode_copy_slots *args,
		       struct slot **to, struct slot **from)
{
	struct cnode *c = (struct cnode *)inv->slot->object;
	struct slot *last;
	status_t status = cnode_slot(inv->caller, args->source_cnode, args->source_index, from);

	if (status != OK)
		return status;
	if (args->count < 1)
		return ERR_ARG;
	if (args->index == 0 || args->count > CNODE_MAX_SLOTS || args->index >= c->count ||
	    args->count > c->count - args->index)
		return ERR_RANGE;
	*to = &c->slots[args->index];
	return cnode_slot(
		inv->caller, args->source_cnode, args->source_index + args->count - 1, &last);
}

static status_t copy_one(struct slot *to, struct slot *from, u64 rights)
{
	if (from->type == CAP_NULL)
		return OK;
	if (to->type != CAP_NULL)
		return ERR_OCCUPIED;
	if (!is_copyable(from))
		return ERR_DERIVED;
	slot_derive(to, from, (u32)rights);
	return OK;
}

/* Does as many as it can; `rest` has what is left. OK also if one cannot be copied and others were. */
static status_t copy_many(const struct invocation *inv, struct cnode_copy_slots *rest)
{
	struct slot *to = NULL, *from = NULL;
	status_t status = decode(inv, rest, &to, &from);

	for (; status == OK && rest->count; to++, from++) {
		status = copy_one(to, from, rest->rights);
		if (status != OK)
			break;
		rest->index++;
		rest->source_index++;
		rest->count--;
		rest->done++;
		if (rest->done % SLOTS_AT_ONCE == 0 && rest->count && preempt_pending())
			return PREEMPTED;
	}
	return rest->done ? OK : status;
}

status_t cnode_copy_slots_decode(struct invocation *inv)
{
	struct cnode_copy_slots rest = cnode_copy_slots_args(inv);
	status_t status = copy_many(inv, &rest);

	if (status == PREEMPTED)
		return cnode_copy_slots_again(inv, rest);
	if (status != OK)
		return status;
	return cnode_copy_slots_answer(inv, (struct cnode_copy_slots_result){.done = rest.done});
}

/*
 * CNODE_COPY_BYTES: FRAME_COPY (mm/copy.c) of Frames that need not be in the caller's CSpace.
 *
 * A pager keeps the Frames of each process in a CNode of the process's own, as there are more than its CSpace has slots. By
 * FRAME_COPY alone it would derive a capability into its CSpace and delete it again, for each word that it reads of a
 * process's memory. Each of the two Frames is named by a CNode and an index, as the methods of an AddressSpace name them.
 */
#include "cap/cnode.h"
#include "gen/kernel/methods.h"
#include "mm/copy.h"
#include "sched/lookup.h"

static status_t decode(const struct invocation *inv, const struct cnode_copy_bytes *args,
		       struct copy *copy, struct slot **to, struct slot **from)
{
	struct cnode *c = (struct cnode *)inv->slot->object;
	status_t status;

	if (args->index == 0 || args->index >= c->count)
		return ERR_RANGE;
	*to = &c->slots[args->index];
	status = cnode_slot(inv->caller, args->source_cnode, args->source_index, from);
	if (status == OK)
		status = slot_check(*to, CAP_FRAME, RIGHT_WRITE);
	if (status == OK)
		status = slot_check(*from, CAP_FRAME, RIGHT_READ);
	return status == OK ? copy_check(inv->caller, *to, *from, copy) : status;
}

status_t cnode_copy_bytes_decode(struct invocation *inv)
{
	struct cnode_copy_bytes args = cnode_copy_bytes_args(inv);
	struct copy copy = {args.offset, args.source_offset, args.bytes};
	struct slot *to, *from;
	status_t status = decode(inv, &args, &copy, &to, &from);

	if (status != OK || copy_bytes(to, from, &copy))
		return status;
	args.offset = copy.offset;
	args.source_offset = copy.source_offset;
	args.bytes = copy.bytes;
	return cnode_copy_bytes_again(inv, args);
}

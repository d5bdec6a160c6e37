/*
 * FRAME_CLEAR: memory that is used again, by another program or for another purpose, keeps no part of the old content.
 *
 * Retype clears memory, but only once all that was made of its Untyped is gone. seL4 has no other way either: there a
 * server that uses a frame again maps it, clears it, and unmaps it, or revokes its Untyped. Zircon's zx_vmo_op_range has
 * ZX_VMO_OP_ZERO, which gives whole pages back and has them filled again at the next access. Here the pages stay, as the
 * Untyped's holder has paid for them, and the caller pays for the clearing, a part of a page at a time: the rest of an
 * interrupted call is in the caller's registers, as FRAME_COPY's is.
 *
 * A range of bytes is named, and not of pages, because the end of a program's last page of data is cleared, too. The conditions are
 * FRAME_COPY's: a Frame that the caller could not map writable is not cleared.
 */
#include "mm/clear.h"
#include "gen/kernel/methods.h"
#include "lib/string.h"
#include "mm/copy.h"
#include "sched/preempt.h"
#include "x86/layout.h"

#define BYTES_AT_ONCE 1024

status_t frame_clear_method(struct invocation *inv)
{
	const struct slot *frame = inv->slot;
	struct frame_clear rest = frame_clear_args(inv);

	if (frame->flags & SLOT_DEVICE)
		return ERR_ARG;
	if (!frame_is_within(frame, rest.offset, rest.bytes))
		return ERR_RANGE;
	if (!frame_may_be_written(inv->caller, frame))
		return ERR_RIGHTS;
	while (rest.bytes) {
		u64 bytes = MIN(rest.bytes, BYTES_AT_ONCE);

		memset((u8 *)phys_to_virt(frame->phys) + rest.offset, 0, bytes);
		rest.offset += bytes;
		rest.bytes -= bytes;
		if (rest.bytes && preempt_pending())
			return frame_clear_again(inv, rest);
	}
	return OK;
}

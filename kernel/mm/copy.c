/*
 * FRAME_COPY: the bytes of one Frame into another, without a mapping of either.
 *
 * A server that maps a client's frame faults when the client revokes it in the middle. So the kernel moves the bytes: it
 * sees all of memory by a map of its own, and it looks both capabilities up again after each interrupt. A revoke in the
 * middle is an error for the caller, as it is for every other use of a capability.
 *
 * In Zircon's zx_vmo_read and zx_vmo_write one side is an object and the other an address of the caller's own, which may
 * fault, and a thread's kernel stack remembers how far it came. Fuchsia's block drivers are handed such objects once, and a
 * request names offsets in one of them. MINIX has the nearest relative: sys_safecopyfrom and sys_safecopyto take a grant,
 * which names a process and a range of its addresses, and which the kernel reads from the lender's memory; where a page is
 * missing there, the server waits until VM has supplied it. L4 copied strings as a part of a message: a page fault of the
 * receiver's then came in the middle of the sender's call, and needed temporary mappings, a message to the pager, and
 * time-outs of its own. seL4 therefore has no such operation; a server there maps the frame, and has to survive the fault.
 *
 * Here both sides are capabilities and neither is an address, so nothing can fault, no other thread is waited for, and the
 * two need not be the caller's own: vfs copies from its page cache into a frame that a client lent. The called Frame is the
 * destination, as with CNODE_COPY, so its capability needs RIGHT_WRITE and the source's RIGHT_READ. CNODE_COPY_BYTES
 * (cap/copy_bytes.c) is the same for Frames in any CNodes. The order of bytes is memmove's. That costs one comparison, and
 * a server need not find out whether a client lent it the same memory twice.
 *
 * A copy is not a way around the rules of mapping: memory that may not be mapped writable in the caller's address space,
 * since it is executed there, is not written by a copy either. Device memory is not in the kernel's map, and reading a
 * device's registers may change them; its holder maps it.
 *
 * A part of the bytes is copied at a time. If an interrupt waits then, the call begins anew with the rest: the caller's
 * registers have it, as those of an interrupted `rep movs` have the rest of its run.
 */
#include "mm/copy.h"
#include "gen/kernel/methods.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "sched/lookup.h"
#include "sched/preempt.h"
#include "x86/layout.h"

#define BYTES_AT_ONCE 1024
#define BACKWARD_AT_ONCE 256 /* which takes four instructions a word instead of one */

bool frame_is_within(const struct slot *frame, u64 offset, u64 bytes)
{
	u64 all = frame->pages * PAGE_SIZE;

	return offset <= all && bytes <= all - offset;
}

bool frame_may_be_written(const struct thread *caller, const struct slot *frame)
{
	const struct space *space = (const struct space *)caller->slots[T_SPACE].object;

	return wx_allows(frame, space->ref, RIGHT_WRITE);
}

status_t copy_check(const struct thread *caller, const struct slot *to, const struct slot *from,
		    const struct copy *copy)
{
	if ((to->flags | from->flags) & SLOT_DEVICE)
		return ERR_ARG;
	if (!frame_is_within(to, copy->offset, copy->bytes) ||
	    !frame_is_within(from, copy->source_offset, copy->bytes))
		return ERR_RANGE;
	return frame_may_be_written(caller, to) ? OK : ERR_RIGHTS;
}

/* The first bytes of the rest; or the last, where the destination begins among bytes that are not yet read. */
static void copy_step(struct copy *rest, u8 *to, const u8 *from)
{
	u8 *first = to + rest->offset;
	const u8 *source = from + rest->source_offset;
	bool backward = (u64)first - (u64)source < rest->bytes;
	u64 bytes = MIN(rest->bytes, backward ? BACKWARD_AT_ONCE : BYTES_AT_ONCE);

	rest->bytes -= bytes;
	if (backward) {
		memmove(first + rest->bytes, source + rest->bytes, bytes);
		return;
	}
	memmove(first, source, bytes);
	rest->offset += bytes;
	rest->source_offset += bytes;
}

bool copy_bytes(const struct slot *to, const struct slot *from, struct copy *rest)
{
	while (rest->bytes) {
		copy_step(rest, phys_to_virt(to->phys), phys_to_virt(from->phys));
		if (rest->bytes && preempt_pending())
			return false;
	}
	return true;
}

status_t frame_copy_method(struct invocation *inv)
{
	const struct frame_copy args = frame_copy_args(inv);
	const struct slot *from = cap_lookup(inv->caller, args.source);
	struct copy copy = {args.offset, args.source_offset, args.bytes};
	status_t status = slot_check(from, CAP_FRAME, RIGHT_READ);

	if (status == OK)
		status = copy_check(inv->caller, inv->slot, from, &copy);
	if (status != OK || copy_bytes(inv->slot, from, &copy))
		return status;
	return frame_copy_again(
		inv, (struct frame_copy){.offset = copy.offset,
					 .source = args.source,
					 .source_offset = copy.source_offset,
					 .bytes = copy.bytes});
}

/*
 * A pager makes a page for most faults, and replaces one for some. Neither wakes or stops a thread, if no object has to be
 * taken apart before: then the way in and out is that of a CNode's methods (cap/cnode_quick.c).
 */
#include "cap/untyped_quick.h"
#include "cap/make_mapped.h"
#include "cap/replace.h"
#include "cap/untyped.h"
#include "gen/kernel/methods.h"
#include "x86/cpu.h"

#define MAP_WORDS 8
#define REPLACE_WORDS 4

/* An interrupt that waits is taken at once, after a return to user mode; the general way would take it some 300 instructions
 * later. A more urgent thread that is ready runs only by the general way. */
static status_t unless_urgent(status_t status)
{
	return status == PREEMPTED && this_cpu()->need_schedule ? NOT_QUICK : status;
}

status_t untyped_quick(struct invocation *inv, u64 length)
{
	if (!invocation_may(inv, RIGHT_WRITE) || !untyped_is_clean(inv->slot))
		return NOT_QUICK;
	if (inv->label == UNTYPED_MAP_FRAME && length == MAP_WORDS && map_frame_is_one_step(inv))
		return unless_urgent(untyped_map_frame_method(inv));
	if (inv->label == UNTYPED_REPLACE_FRAME && length == REPLACE_WORDS)
		return unless_urgent(untyped_replace_frame_method(inv));
	return NOT_QUICK;
}

/* Untyped: memory to make objects of. */
#pragma once
#include "cap/derive.h"
#include "object/invoke.h"

/* UNTYPED_RETYPE, for the Untyped of an invocation or of one that is made for it (cap/make_mapped.c). PREEMPTED: the words
 * have the rest. */
status_t untyped_retype_method(struct invocation *inv);

/* Nothing has to be taken apart before memory of it is used. When the last child is gone, objects may still lie dying there. */
static inline bool untyped_is_clean(const struct slot *untyped)
{
	return derive_has_children(untyped) || !untyped->used;
}

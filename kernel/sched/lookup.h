/* From an index to a slot: a bounds check and a load. Final from stage 1. */
#pragma once
#include "object/slot.h"
#include "lib/status.h"
#include "sched/thread.h"

/* The slot, or NULL if the index is out of bounds or the slot empty (ERR_CAP). */
static inline struct slot *cap_lookup(const struct thread *t, u64 index)
{
	if (index >= t->caps_count)
		return NULL;
	struct slot *s = &t->caps[index];
	return s->type != CAP_NULL ? s : NULL;
}

/* OK if the slot holds a capability of that type with all of those rights; else ERR_CAP (also for NULL: no slot was found),
 * ERR_TYPE or ERR_RIGHTS. */
static inline status_t slot_check(const struct slot *s, u8 type, u8 rights)
{
	if (__builtin_expect(s && s->type == type && (s->rights & rights) == rights, 1))
		return OK;
	if (!s || s->type == CAP_NULL)
		return ERR_CAP;
	return s->type != type ? ERR_TYPE : ERR_RIGHTS;
}

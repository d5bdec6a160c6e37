/*
 * Which capability slots a service holds for good, and for what: a successor finds in its CNode what its predecessor left there.
 * The table covers the slots plan.first_slot.. of the CNode, so that a slot is noted and found at once, without a search.
 */
#pragma once
#include "lib/state/state.h"
#include "microk/types.h"

struct state_slot {
	u64 kind;   /* the service's own number for what it is; 0: the slot is not noted */
	u64 object; /* what it belongs to: an offset, or whatever the service likes */
};

/* Notes a slot, in a transaction: before the capability is made, so that none can be forgotten. A successor finds by
 * CNODE_DESCRIBE whether it was. Kind 0 takes the note out. Errors: ERR_RANGE: the table does not cover the slot; those of
 * state_write. */
enum microk_status state_slot_note(struct state *s, cap_t slot, struct state_slot note);

/* The note of a slot; kind 0 where there is none, or the table does not cover it. */
struct state_slot state_slot_find(const struct state *s, cap_t slot);

/* The first noted slot behind `after` (0: of all); 0 when there are no more. */
cap_t state_slot_next(const struct state *s, cap_t after);

/* The first slot that is not noted; 0 if all are. */
cap_t state_slot_free(const struct state *s);

/*
 * Notes of the capability slots that a service holds permanently, and their purposes, so that a successor can interpret the
 * slots that its predecessor filled. The table covers the slots plan.first_slot.. of the CNode; a slot's number is its
 * index, so no search is needed.
 */
#pragma once
#include "lib/state/state.h"
#include "microk/types.h"

struct state_slot {
	u64 kind;   /* the service's own number for its kind; 0: the slot is not noted */
	u64 object; /* its owner: an offset, or another number that the service chooses */
};

/* Notes a slot, in a transaction. The service must do so before it makes the capability, so that no capability is left
 * without a note; a successor finds out by CNODE_DESCRIBE whether it was made. Kind 0 removes the note. ERR_RANGE: the table
 * does not cover the slot; and the errors of state_write. */
enum microk_status state_slot_note(struct state *s, cap_t slot, struct state_slot note);

/* The note of a slot; kind 0 where there is none, or the table does not cover it. */
struct state_slot state_slot_find(const struct state *s, cap_t slot);

/* The first noted slot above `after` (0: of all); 0 when there are no more. */
cap_t state_slot_next(const struct state *s, cap_t after);

/* The first slot that is not noted; 0 if all are. */
cap_t state_slot_unused(const struct state *s);

/* Emptying slots. */
#pragma once
#include "object/slot.h"
#include "lib/status.h"

/* Empties the slot, which may be empty already, after slot_withdraw: undoes the capability's own effects (a mapping,
 * an interrupt's binding), hands its children to its parent, releases the object. Constant time. */
void slot_delete(struct slot *s);

/* Undoes, before a delete, those effects of a capability that lie in many places: turns away threads that wait to send
 * through it, and unmaps a mapped Frame's pages except for a few. True: nothing is left to do; false: an interrupt waits
 * (then call it again). */
bool slot_withdraw(struct slot *s);

/* One step of slot_withdraw. False: there was nothing to do. */
bool slot_withdraw_one(struct slot *s);

/* slot_delete; then takes apart the objects that it ended. OK or PREEMPTED (then call it again). */
status_t delete_invoke(struct slot *s);

/* Deletes all descendants. OK or PREEMPTED (then call it again: deleted slots stay deleted). */
status_t revoke_invoke(struct slot *s);

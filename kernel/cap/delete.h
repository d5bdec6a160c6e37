/* Emptying slots. */
#pragma once
#include "cap/slot.h"
#include "ipc/status.h"

/* Empties the slot, which may be empty already, and through which no thread waits to send: undoes the capability's own effects (a mapping,
 * an interrupt's binding), hands its children to its parent, releases the object. Constant time
 * but for a Frame's pages (at most FRAME_MAX_PAGES entries). */
void slot_delete(struct slot *s);

/* Turns away the threads that wait to send through this capability, which is about to go. True: none is left; false: an
 * interrupt waits (then again). */
bool slot_withdraw(struct slot *s);

/* slot_delete, and the end of the objects that died by it. OK or PREEMPTED (then again). */
status_t delete_invoke(struct slot *s);

/* Deletes all descendants. OK or PREEMPTED (then again: deleted slots stay deleted). */
status_t revoke_invoke(struct slot *s);

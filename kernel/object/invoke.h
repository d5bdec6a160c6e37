/*
 * Methods of kernel objects. SYS_CALL on a capability that is not an Endpoint runs the decode
 * function of its type: it checks everything, changes nothing until all is checked, and then
 * acts in a way that cannot fail (or is PREEMPTED and starts over from decode).
 * The table is generated from the stage's manifest.
 */
#pragma once
#include "object/slot.h"
#include "lib/status.h"
#include "microk/syscall.h"

struct thread;

struct invocation {
	struct thread *caller;
	struct slot *slot; /* the capability called */
	u16 label;
	u64 word[MSG_REGS]; /* arguments; those not sent are 0 */
	u64 result[MSG_REGS];
	u32 results;
};

typedef status_t (*method_fn)(struct invocation *inv);
extern const method_fn method_table[CAP_TYPES]; /* NULL: calls return ERR_TYPE */

/* Rights check that most methods begin with. */
static inline bool invocation_may(const struct invocation *inv, u32 rights)
{
	return (inv->slot->rights & rights) == rights;
}

/*
 * Methods of kernel objects. SYS_CALL on a capability that is not an Endpoint runs the decode
 * function of its type: it checks everything, changes nothing until all is checked, and then
 * acts in a way that cannot fail (or is PREEMPTED and starts over from decode).
 * The table is generated from the stage's manifest. A method reads its arguments and gives its results by name:
 * gen/kernel/methods.h, generated from the ABI's table (tools/method_stubs.py), has its structs, and declares the
 * decode functions.
 */
#pragma once
#include "object/slot.h"
#include "lib/status.h"
#include "microk/syscall.h"

struct thread;

/* The fast path pushes the parts up to `results`, from the last to the first (entry/fastpath.S). */
struct invocation {
	u64 word[MSG_REGS]; /* arguments; those not sent are 0. Methods read NAME_args(inv) */
	struct thread *caller;
	struct slot *slot; /* the capability called */
	u16 label;
	bool is_changed; /* by NAME_again(inv, …): a PREEMPTED call begins anew with these words */
	u32 results;
	u64 result[MSG_REGS]; /* methods fill it by NAME_answer(inv, …) */
};

typedef status_t (*method_fn)(struct invocation *inv);
extern const method_fn method_table[CAP_TYPES]; /* NULL: calls return ERR_TYPE */

/* Rights check that most methods begin with. */
static inline bool invocation_may(const struct invocation *inv, u32 rights)
{
	return (inv->slot->rights & rights) == rights;
}

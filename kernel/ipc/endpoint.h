/* Endpoint: where callers and a server meet. At most one of the two sides waits in its queue. */
#pragma once
#include "cap/object.h"
#include "cap/slot.h"
#include "sched/thread.h"

enum endpoint_state { ENDPOINT_IDLE, ENDPOINT_SENDERS, ENDPOINT_RECEIVERS };

struct endpoint {
	struct kobject header;
	u64 state;                 /* enum endpoint_state: who is in the queue */
	struct thread *head, *tail;
	struct slot *closed_first, *closed_last; /* watched slots whose last descendant went */
	u64 messages;
};
_Static_assert(sizeof(struct endpoint) <= ENDPOINT_BYTES, "retype");

/* Puts a thread that just stopped running at the end of the queue. */
void endpoint_enqueue(struct endpoint *ep, struct thread *t, enum endpoint_state as);

/* Takes a thread out, wherever it stands. */
void endpoint_remove(struct endpoint *ep, struct thread *t);

/* Wakes the first waiter with ERR_GONE. False if there was none. */
bool endpoint_fail_one(struct endpoint *ep);

/* Endpoint: where callers and a server meet. At most one of its two queues has anybody in it. */
#pragma once
#include "cap/object.h"
#include "cap/slot.h"
#include "ipc/queue.h"
#include "sched/thread.h"

struct endpoint {
	struct kobject header;
	struct queue receivers, senders;
	struct slot *closed_first, *closed_last; /* watched slots whose last descendant went */
	u64 messages; /* delivered */
	struct thread *server; /* the one thread that receives here, where there is one (serve.h) */
	bool is_shared;        /* several do */
	u8 urgency; /* of the most urgent sender, or more (inherit.c) */
};
_Static_assert(sizeof(struct endpoint) <= ENDPOINT_BYTES, "retype");

/* Puts a thread that is about to wait at the end of the senders or receivers. */
void endpoint_add_sender(struct endpoint *ep, struct thread *t);
void endpoint_add_receiver(struct endpoint *ep, struct thread *t);

/* A waiting thread's call ends with ERR_GONE; one that waits to report a fault stays stopped. */
void endpoint_turn_away(struct endpoint *ep, struct thread *t);

/* Takes a waiting thread (its state tells in which queue) out. */
void endpoint_remove(struct endpoint *ep, struct thread *t);

/* Wakes the first waiter with ERR_GONE. False if there was none. */
bool endpoint_fail_one(struct endpoint *ep);

/* Endpoint: where callers and a server meet. At most one of its two queues has a thread in it. */
#pragma once
#include "object/object.h"
#include "object/slot.h"
#include "sched/queue.h"
#include "sched/thread.h"

struct endpoint {
	struct kobject header;
	struct queue receivers, senders;
	struct slot *closed_first, *closed_last; /* watched slots whose last descendant went */
	bool closed_came_last; /* a waiting sender goes first now (closed.c) */
	u64 messages;          /* delivered */
	struct thread *servers; /* threads that receive here (serve.h), linked by serve_next */
};
_Static_assert(sizeof(struct endpoint) <= ENDPOINT_BYTES, "retype");

/* The one thread that receives here; NULL where none does, or several do. */
static inline struct thread *endpoint_server(const struct endpoint *ep)
{
	return ep->servers && !ep->servers->serve_next ? ep->servers : NULL;
}

/* Puts a thread that is about to wait among the senders or receivers, after those as urgent. */
void endpoint_add_sender(struct endpoint *ep, struct thread *t);
void endpoint_add_receiver(struct endpoint *ep, struct thread *t);

/* A waiting thread's call ends with ERR_GONE; one that waits to report a fault stays stopped, and serves no endpoint any more. */
void endpoint_turn_away(struct endpoint *ep, struct thread *t);

/* Takes a waiting thread out of the queue that its state names. */
void endpoint_remove(struct endpoint *ep, struct thread *t);

/*
 * Arrivals. A thread that enters an Endpoint's queue gets the next number, and so does a thread that is turned away. The
 * numbers show which threads waited at a given moment, and which came, or came again, after it. A server that enters by the
 * fast path keeps its number, which is at least the number of the last time it was turned away. (seL4 empties an endpoint's
 * queue in one go, with interrupts off, and needs no such number.)
 */

/* All threads that wait here are to be turned away, by endpoint_fail_one. A thread that arrives from now on is not among them. */
void endpoint_fail_begin(struct endpoint *ep);

/* Turns away (endpoint_turn_away) the first of the threads that waited at the last endpoint_fail_begin, and still do. False if
 * there was none. */
bool endpoint_fail_one(struct endpoint *ep);

/* Counts a message that was delivered here, and times it if it is one of the sample (delivered.c). */
void stats_message(struct endpoint *ep, struct thread *sender);

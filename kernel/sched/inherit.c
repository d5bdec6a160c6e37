/*
 * Priority inheritance along calls.
 *
 * seL4 (MCS) lends the caller's scheduling context; NOVA helps, running the holder on the waiter's
 * time. Both find the holder through the call. So do we: a Reply names the thread that owes it, an
 * endpoint the thread that serves it (its `server`, while only one receives from it). A caller answered
 * through a Reply object lends nothing, since nobody knows who will answer.
 *
 * An endpoint remembers the most urgent of its senders (`urgency`) rather than ordering the queue: one
 * compare for who comes, and for who goes a look at the first few of the queue. It errs towards urgency, never
 * against it.
 */
#include "sched/inherit.h"
#include "ipc/endpoint.h"
#include "ipc/reply.h"
#include "sched/ready.h"
#include "sched/schedule.h"

#define CHAIN 16        /* how many calls deep urgency reaches; bounded as all else */
#define SENDERS_SEEN 32 /* where more wait, and the most urgent left, its urgency stays */

static void run_at(struct thread *t, u8 priority)
{
	bool queued = t->queued;

	if (queued)
		ready_remove(t);
	t->priority = priority;
	t->extras =
		priority != t->own_priority ? t->extras | EXTRA_RAISED : t->extras & ~EXTRA_RAISED;
	if (queued)
		ready_add(t);
	if (t->state == THREAD_SENDING && t->wait_on) {
		struct endpoint *ep = (struct endpoint *)t->wait_on;
		/* It counts there for what it has become. */
		ep->urgency = MAX(ep->urgency, priority);
	}
	schedule_request();
}

/* Raises t, and whom it waits for in turn. */
static void raise(struct thread *t, u8 priority)
{
	for (u32 i = 0; t && i < CHAIN && t->priority < priority; i++) {
		run_at(t, priority);
		t = thread_waits_for(t);
	}
}

struct thread *thread_waits_for(const struct thread *t)
{
	if ((t->state == THREAD_AWAITING || t->state == THREAD_FAULTED) && t->awaiting)
		return t->awaiting->owner;
	/* Without wait_on it is just leaving the queue, and a chain that leads back to it ends there. */
	if (t->state == THREAD_SENDING && t->wait_on)
		return ((struct endpoint *)t->wait_on)->server;
	return NULL;
}

void inherit_begin(struct thread *server, const struct thread *caller)
{
	raise(server, caller->priority);
	schedule_request(); /* and whose time it is has changed */
}

void inherit_queue(struct endpoint *ep, const struct thread *sender)
{
	ep->urgency = MAX(ep->urgency, sender->priority);
	raise(ep->server, sender->priority);
}

/* Of the senders that are left; an upper bound where there are many. */
static u8 urgency(struct endpoint *ep)
{
	struct thread *t = ep->senders.head;
	u8 most = 0;

	for (u32 i = 0; t && i < SENDERS_SEEN; i++, t = t->next)
		most = MAX(most, t->priority);
	if (!t)
		ep->urgency = most;
	return ep->urgency;
}

/* What one thread gets back, whom it waits for gives back as well. */
void inherit_end(struct thread *server)
{
	schedule_request(); /* whose time it is may have changed */
	for (u32 i = 0; server && i < CHAIN; i++, server = thread_waits_for(server)) {
		u8 priority = server->own_priority;

		if (server->bound_reply.caller)
			priority = MAX(priority, server->bound_reply.caller->priority);
		if (server->serves && server->serves->urgency > priority)
			priority = MAX(priority, urgency(server->serves));
		if (priority == server->priority)
			return;
		run_at(server, priority);
	}
}

void inherit_set_own(struct thread *t, u8 priority)
{
	t->own_priority = priority;
	run_at(t, priority);
	inherit_end(t);
	inherit_end(thread_waits_for(t)); /* which may owe it to t that it is so urgent */
}

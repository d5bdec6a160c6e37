/*
 * Priority inheritance along calls.
 *
 * seL4 (MCS) lends the caller's scheduling context; NOVA helps, running the holder on the waiter's
 * time. Both find the holder through the call. MicroK does the same: a bound Reply names the thread that owes the answer,
 * and an endpoint names the thread that serves it, if only one does (ipc/serve.h). For a caller in a Reply object the holder
 * is the thread that saved it there, since the kernel cannot know which thread will answer.
 *
 * The most urgent thread that waits for a given thread is one of at most three: the caller that it owes an answer, the head
 * of the callers that it saved, and the head of the senders of the endpoint that it alone serves. The queues are ordered by
 * urgency, so each of these takes one load, and a thread whose urgency changes is removed from its queue and inserted again.
 */
#include "ipc/inherit.h"
#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "ipc/reply.h"
#include "sched/deadline.h"
#include "sched/ready.h"
#include "sched/schedule.h"

#define CHAIN 16 /* how many calls deep urgency reaches: every walk is bounded */

/* The queue in which t waits, where its place follows from its priority; NULL: none. */
static struct queue *queue_of(struct thread *t)
{
	switch (t->state) {
	case THREAD_SENDING: return t->wait_on ? &((struct endpoint *)t->wait_on)->senders : NULL;
	case THREAD_RECEIVING:
		return t->wait_on ? &((struct endpoint *)t->wait_on)->receivers : NULL;
	case THREAD_WAITING:
		return t->wait_on ? &((struct notification *)t->wait_on)->waiters : NULL;
	default: return t->saved_by ? &t->saved_by->owed : NULL;
	}
}

/* Moves t in its queue to the place after the threads of its new priority. */
static void run_at(struct thread *t, u8 priority)
{
	bool is_ready = t->queued;
	struct queue *q = queue_of(t);
	struct kobject *on = t->wait_on;

	if (is_ready)
		ready_remove(t);
	if (q)
		queue_remove(q, t);
	t->priority = priority;
	t->extras =
		priority != t->own_priority ? t->extras | EXTRA_RAISED : t->extras & ~EXTRA_RAISED;
	if (is_ready)
		ready_add(t);
	if (q)
		queue_insert(q, t, on);
	deadline_move(t);
	schedule_request();
}

/* Raises t, and the thread that it waits for in turn. */
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
	/* A thread without wait_on is leaving the queue, and a chain that leads back to it ends there. */
	if (t->state == THREAD_SENDING && t->wait_on)
		return endpoint_server((struct endpoint *)t->wait_on);
	return NULL;
}

void inherit_begin(struct thread *server, const struct thread *caller)
{
	raise(server, caller->priority);
	schedule_request(); /* and the thread that pays has changed */
}

void inherit_queue(struct endpoint *ep, const struct thread *sender)
{
	raise(endpoint_server(ep), sender->priority);
}

static u8 most_urgent(const struct thread *t)
{
	const struct endpoint *ep = t->serves;
	u8 most = t->own_priority;

	if (t->bound_reply.caller)
		most = MAX(most, t->bound_reply.caller->priority);
	if (t->owed.head)
		most = MAX(most, t->owed.head->priority);
	if (ep && ep->senders.head && endpoint_server(ep) == t)
		most = MAX(most, ep->senders.head->priority);
	return most;
}

/* When a thread's urgency falls, so does that of the thread it waits for. */
void inherit_end(struct thread *server)
{
	schedule_request(); /* the thread that pays may have changed */
	for (u32 i = 0; server && i < CHAIN; i++, server = thread_waits_for(server)) {
		u8 priority = most_urgent(server);

		if (priority == server->priority)
			return;
		run_at(server, priority);
	}
}

static void leave_owed(struct thread *caller)
{
	struct thread *server = caller->saved_by;

	if (!server)
		return;
	queue_remove(&server->owed, caller);
	caller->saved_by = NULL;
}

void inherit_return(struct thread *server, struct thread *caller)
{
	leave_owed(caller);
	inherit_end(server);
}

void inherit_save(struct thread *server, struct thread *caller)
{
	queue_insert(&server->owed, caller, NULL);
	caller->saved_by = server;
	inherit_end(server);
}

bool inherit_forget_one(struct thread *server)
{
	struct thread *caller = server->owed.head;

	if (!caller)
		return false;
	leave_owed(caller);
	caller->awaiting->owner = NULL;
	return true;
}

void inherit_set_own(struct thread *t, u8 priority)
{
	t->own_priority = priority;
	run_at(t, priority);
	inherit_end(t);
	inherit_end(thread_waits_for(t)); /* which may be this urgent only because of t */
}

/* The Endpoint's queues. Messages are carried in rendezvous.c. */
#include "ipc/endpoint.h"
#include "ipc/inherit.h"
#include "ipc/reply.h"
#include "ipc/sent.h"
#include "ipc/serve.h"
#include "microk/error.h"

static u64 arrivals;

void endpoint_add_sender(struct endpoint *ep, struct thread *t)
{
	t->arrival = ++arrivals;
	queue_insert(&ep->senders, t, &ep->header);
	inherit_queue(ep, t);
}

void endpoint_add_receiver(struct endpoint *ep, struct thread *t)
{
	t->arrival = ++arrivals;
	queue_insert(&ep->receivers, t, &ep->header);
}

void endpoint_remove(struct endpoint *ep, struct thread *t)
{
	queue_remove(t->state == THREAD_RECEIVING ? &ep->receivers : &ep->senders, t);
	sent_remove(t);
	/* A receiver lends no urgency. Without this call, a sender that gave up would go on lending its own. */
	if (t->state != THREAD_RECEIVING)
		inherit_end(endpoint_server(ep));
}

/* Not inlined: a capability through which no thread waits to send is deleted without saving registers for this. */
__attribute__((noinline)) void endpoint_turn_away(struct endpoint *ep, struct thread *t)
{
	endpoint_remove(ep, t);
	t->arrival = ++arrivals;
	if (t->fault_pending) {
		/* No handler will receive the fault: the thread stays stopped where it is, and answers no caller. */
		t->fault_pending = false;
		t->state = THREAD_STOPPED;
		endpoint_unserve(t);
		reply_drop(&t->bound_reply);
	} else {
		thread_wake(t, ERR_GONE);
	}
}

void endpoint_fail_begin(struct endpoint *ep)
{
	ep->receivers.later = ep->senders.later = arrivals + 1;
}

bool endpoint_fail_one(struct endpoint *ep)
{
	struct thread *t = queue_first_to_fail(ep->receivers.head ? &ep->receivers : &ep->senders);

	if (!t)
		return false;
	endpoint_turn_away(ep, t);
	return true;
}

/* The Endpoint's queue. What passes through it is in rendezvous.c. */
#include "ipc/endpoint.h"
#include "ipc/queue.h"
#include "microk/error.h"

void endpoint_enqueue(struct endpoint *ep, struct thread *t, enum endpoint_state as)
{
	queue_append(&ep->head, &ep->tail, t);
	ep->state = as;
	t->wait_on = &ep->header;
}

void endpoint_remove(struct endpoint *ep, struct thread *t)
{
	queue_remove(&ep->head, &ep->tail, t);
	if (!ep->head)
		ep->state = ENDPOINT_IDLE;
	t->wait_on = NULL;
}

bool endpoint_fail_one(struct endpoint *ep)
{
	struct thread *t = ep->head;

	if (!t)
		return false;
	endpoint_remove(ep, t);
	if (t->fault_pending) {
		/* Nobody will hear of the fault: the thread stays stopped where it is. */
		t->fault_pending = false;
		t->state = THREAD_STOPPED;
	} else {
		thread_wake(t, ERR_GONE);
	}
	return true;
}

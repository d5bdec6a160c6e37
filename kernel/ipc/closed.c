/*
 * The closed queue. A slot without children does not need `first` and `last`, so the queue of
 * closed slots runs through them: nothing is allocated, however many close at once.
 * While senders wait, closed slots and senders take turns: a client that closes thousands of sessions at once delays the
 * most urgent sender by one of them, and a stream of senders does not hold back the closed sessions. (QNX sends a pulse when
 * a connection's last descriptor closes and must allocate it; seL4 does not notify a server at all.)
 *
 * A server may die after it received ST_CLOSED and before it acted on it. Mach's no-senders notification is then lost, as
 * it is sent once for each time it is asked for. Zircon's ZX_CHANNEL_PEER_CLOSED is a state of the object: it can be seen
 * as long as it lasts, by any later holder of the handle. Here is both: the message comes once, and the state stays in the
 * slot, where CNODE_DESCRIBE shows it to a successor, until the capability is given out again, or the slot is deleted.
 * Weighed: an acknowledgement, after which alone the slot leaves the queue. Each session would cost one more call, and a
 * server acknowledges by deleting the slot in any case.
 */
#include "ipc/closed.h"
#include "ipc/endpoint.h"

static void deliver(struct thread *t, const struct slot *s)
{
	t->regs.rax = ST_CLOSED;
	t->regs.rdi = s->badge;
}

void closed_raise(struct slot *s)
{
	struct endpoint *ep = (struct endpoint *)s->object;

	struct thread *t = ep->receivers.head;

	s->flags |= SLOT_WAS_CLOSED;
	if (t) {
		endpoint_remove(ep, t);
		thread_wake(t, ST_CLOSED);
		deliver(t, s);
		return;
	}
	s->flags |= SLOT_CLOSED;
	s->first = ep->closed_last; /* previous */
	s->last = NULL;             /* next */
	if (ep->closed_last)
		ep->closed_last->last = s;
	else
		ep->closed_first = s;
	ep->closed_last = s;
}

void closed_remove(struct slot *s)
{
	struct endpoint *ep = (struct endpoint *)s->object;

	if (s->first)
		s->first->last = s->last;
	else
		ep->closed_first = s->last;
	if (s->last)
		s->last->first = s->first;
	else
		ep->closed_last = s->first;
	s->first = s->last = NULL;
	s->flags &= ~SLOT_CLOSED;
}

bool closed_take(struct endpoint *ep, struct thread *t)
{
	struct slot *s = ep->closed_first;

	if (!s)
		return false;
	if (ep->closed_came_last && ep->senders.head) {
		ep->closed_came_last = false;
		return false;
	}
	ep->closed_came_last = true;
	closed_remove(s);
	deliver(t, s);
	return true;
}

/*
 * Queued senders, by the capability that each sent through.
 *
 * A message waits in its sender's registers, so without this file it could arrive after the capability it was sent through
 * has been revoked. seL4 has a method that walks an endpoint's queue and cancels the sends of one badge (cancelBadgedSends),
 * which the revoker must remember to call; QNX fails such sends when the connection is detached. Here the slot itself heads
 * a list of its queued senders, in words that an Endpoint's slot does not need otherwise. Queuing a sender, removing one and
 * moving the slot take constant time, and a delete or revoke turns away exactly the senders that used the capability, one in
 * each step, at the deleter's cost.
 *
 * Invariant: a thread with `sent_link` waits in the sender queue of the Endpoint that the list's slot names.
 */
#include "ipc/sent.h"
#include "ipc/endpoint.h"

void sent_add(struct slot *s, struct thread *t)
{
	t->sent_next = s->senders;
	t->sent_link = &s->senders;
	if (s->senders)
		s->senders->sent_link = &t->sent_next;
	s->senders = t;
}

void sent_remove(struct thread *t)
{
	if (!t->sent_link)
		return;
	*t->sent_link = t->sent_next;
	if (t->sent_next)
		t->sent_next->sent_link = t->sent_link;
	t->sent_link = NULL;
}

void sent_moved(struct slot *s)
{
	if (s->type == CAP_ENDPOINT && s->senders)
		s->senders->sent_link = &s->senders;
}

bool sent_cancel_one(struct slot *s)
{
	struct thread *t = s->senders;

	if (s->type != CAP_ENDPOINT || !t)
		return false;
	endpoint_turn_away((struct endpoint *)s->object, t);
	return true;
}

/*
 * The rendezvous. The thread that comes second finds the other waiting, and the kernel carries the message over; the
 * one that comes first waits in the endpoint's queue, a sender with the message still in its registers, so nothing is
 * ever buffered in the kernel.
 *
 *      sender first                         receiver first
 *      S: send -> queue, SENDING            R: recv -> queue, RECEIVING
 *      R: recv -> takes S from the queue    S: send -> takes R from the queue
 *         copies S's message to itself         copies its message to R
 *         S: ready (send), AWAITING (call)     R: ready;  S: goes on, or AWAITING
 */
#include "ipc/rendezvous.h"
#include "ipc/closed.h"
#include "ipc/endpoint.h"
#include "ipc/fault.h"
#include "ipc/message.h"
#include "ipc/notification.h"
#include "ipc/reply.h"
#include "microk/syscall.h"
#include "sched/schedule.h"
#include "sched/stats.h"

/* So many senders of messages that cannot be delivered are turned away before other threads get a turn. */
#define FAILED_SENDERS_PER_RECEIVE 8

/* EXERCISE 1.5 rendezvous: begin */
status_t rendezvous_send(struct thread *t, struct slot *s, u64 tag, bool is_call)
{
	struct endpoint *ep = (struct endpoint *)s->object;
	status_t status;

	if (!(s->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	status = message_check(t, tag, s->rights);
	if (status != OK)
		return status;
	struct thread *receiver = ep->receivers.head;
	if (receiver) {
		struct origin origin = {s->badge, s->prot, s->rights, is_call};

		status = message_deliver(t, receiver, origin);
		if (status != OK)
			return status;
		endpoint_remove(ep, receiver);
		if (is_call) {
			reply_link(&receiver->bound_reply, t, THREAD_AWAITING);
			schedule_request();
		}
		stats_message(ep, t);
		thread_wake(receiver, receiver->regs.rax);
		return is_call ? DELIVERED : OK;
	}
	if (tag & TAG_NONBLOCK)
		return ERR_WOULD_BLOCK;
	t->wait_badge = s->badge;
	t->wait_prot = s->prot;
	schedule_block(t, THREAD_SENDING);
	endpoint_add_sender(ep, t);
	return DELIVERED;
}

/* The queued sender's message to t. The sender goes on, waits for the reply, or wakes with an error. */
static bool take_sender(struct endpoint *ep, struct thread *sender, struct thread *t)
{
	bool is_call = TAG_OP(sender->regs.rax) == SYS_CALL;
	struct origin origin = {sender->wait_badge, sender->wait_prot, RIGHT_GRANT, is_call};
	status_t status;

	endpoint_remove(ep, sender);
	if (sender->fault_pending) {
		fault_deliver(sender, t, sender->wait_badge);
		reply_link(&t->bound_reply, sender, THREAD_FAULTED);
		return true;
	}
	status = message_deliver(sender, t, origin);
	if (status != OK) {
		thread_wake(sender, status);
		return false;
	}
	stats_message(ep, sender);
	if (is_call)
		reply_link(&t->bound_reply, sender, THREAD_AWAITING);
	else
		thread_wake(sender, OK);
	return true;
}

status_t rendezvous_receive(struct thread *t, struct slot *s, u64 tag)
{
	struct endpoint *ep = (struct endpoint *)s->object;

	if (!(s->rights & RIGHT_READ))
		return ERR_RIGHTS;
	/* A server that receives again without having answered has dropped its caller. */
	reply_drop(&t->bound_reply);
	if (notification_take_bound(t) || closed_take(ep, t))
		return DELIVERED;
	for (u32 tries = 0; ep->senders.head; tries++) {
		if (tries == FAILED_SENDERS_PER_RECEIVE)
			return PREEMPTED;
		if (take_sender(ep, ep->senders.head, t))
			return DELIVERED;
	}
	if (closed_take(ep, t)) /* it let the senders go first, and none of them could be taken */
		return DELIVERED;
	if (tag & TAG_NONBLOCK)
		return ERR_WOULD_BLOCK;
	schedule_block(t, THREAD_RECEIVING);
	endpoint_add_receiver(ep, t);
	return DELIVERED;
}
/* EXERCISE 1.5 rendezvous: end */

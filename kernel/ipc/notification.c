/* Notifications. As in seL4, one may be bound to a thread, so that a server waits for messages
 * and interrupts in one place; NOVA's semaphores need a thread for each interrupt. */
#include "ipc/notification.h"
#include "ipc/endpoint.h"
#include "microk/syscall.h"
#include "sched/lookup.h"
#include "sched/schedule.h"

static u64 take(struct notification *n)
{
	u64 bits = n->bits;

	n->bits = 0;
	if (n->bound)
		n->bound->extras &= ~EXTRA_NOTIFIED;
	return bits;
}

void notification_signal(struct notification *n, u64 bits)
{
	struct thread *t = n->waiters.head;

	n->bits |= bits;
	if (!n->bits)
		return;
	if (t) {
		notification_remove(n, t);
		thread_wake(t, OK);
		t->regs.rdi = take(n);
	} else if (n->bound && n->bound->state == THREAD_RECEIVING) {
		t = n->bound;
		endpoint_remove((struct endpoint *)t->wait_on, t);
		thread_wake(t, ST_NOTIFIED);
		t->regs.rdi = take(n);
	} else if (n->bound) {
		n->bound->extras |= EXTRA_NOTIFIED;
	}
}

bool notification_take_bound(struct thread *t)
{
	struct notification *n = t->notification;

	if (!n || !n->bits)
		return false;
	t->regs.rax = ST_NOTIFIED;
	t->regs.rdi = take(n);
	return true;
}

void notification_remove(struct notification *n, struct thread *t)
{
	queue_remove(&n->waiters, t);
}

bool notification_fail_one(struct notification *n)
{
	struct thread *t = n->waiters.head;

	if (!t)
		return false;
	notification_remove(n, t);
	thread_wake(t, ERR_GONE);
	return true;
}

static status_t lookup(struct thread *t, u8 right, struct slot **out)
{
	*out = cap_lookup(t, t->regs.rdi);
	return slot_check(*out, CAP_NOTIFICATION, right);
}

status_t signal_decode(struct thread *t, u64 tag)
{
	struct slot *s;
	status_t status = lookup(t, RIGHT_WRITE, &s);

	(void)tag;
	if (status != OK)
		return status;
	notification_signal((struct notification *)s->object, s->badge);
	return OK;
}

status_t wait_decode(struct thread *t, u64 tag)
{
	struct slot *s;
	status_t status = lookup(t, RIGHT_READ, &s);

	if (status != OK)
		return status;
	struct notification *n = (struct notification *)s->object;
	if (n->bits) {
		t->regs.rax = OK;
		t->regs.rdi = take(n);
		return DELIVERED;
	}
	if (tag & TAG_NONBLOCK)
		return ERR_WOULD_BLOCK;
	queue_insert(&n->waiters, t, &n->header);
	schedule_block(t, THREAD_WAITING);
	return DELIVERED;
}

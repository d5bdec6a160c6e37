/* Notifications. As in seL4, one may be bound to a thread, so that a server waits for messages
 * and interrupts in one place; NOVA's semaphores need a thread for each interrupt. */
#include "ipc/notification.h"
#include "ipc/endpoint.h"
#include "microk/syscall.h"
#include "sched/hand_over.h"
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

/* The thread that the bits are for, no longer in a queue; NULL: none waits. */
static struct thread *take_receiver(struct notification *n)
{
	struct thread *t = n->waiters.head;

	if (t) {
		n->waiters.head = t->next; /* the first is removed by this alone (sched/queue.h) */
		t->wait_on = NULL;
		t->regs.rax = OK;
		return t;
	}
	t = n->bound;
	if (!t || t->state != THREAD_RECEIVING)
		return NULL;
	endpoint_remove((struct endpoint *)t->wait_on, t);
	t->regs.rax = ST_NOTIFIED;
	return t;
}

static inline __attribute__((always_inline)) void add_bits(struct notification *n, u64 bits)
{
	n->bits |= bits;
	if (!n->bits)
		return;
	struct thread *t = take_receiver(n);
	if (t) {
		t->regs.rdi = take(n);
		thread_hand_over(t);
	} else if (n->bound) {
		n->bound->extras |= EXTRA_NOTIFIED;
	}
}

void notification_signal(struct notification *n, u64 bits)
{
	add_bits(n, bits);
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
	add_bits((struct notification *)s->object, s->badge);
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

/* Notification: 64 bits that are ORed by signals and taken all at once. */
#pragma once
#include "object/object.h"
#include "sched/queue.h"
#include "lib/status.h"
#include "sched/thread.h"

struct notification {
	struct kobject header;
	u64 bits;
	struct queue waiters; /* threads in SYS_WAIT */
	struct thread *bound;       /* a signal ends its receive, too */
};
_Static_assert(sizeof(struct notification) <= NOTIFICATION_BYTES, "retype");

/* ORs the bits in; wakes a waiter, or the bound thread out of its receive, which may be current afterwards
 * (sched/hand_over.h). Never blocks. */
void notification_signal(struct notification *n, u64 bits);

/* If the thread's bound notification has bits, the thread receives ST_NOTIFIED with them. */
bool notification_take_bound(struct thread *t);

/* Takes a waiting thread out of the queue. */
void notification_remove(struct notification *n, struct thread *t);

/* Wakes the first waiter with ERR_GONE. False if there was none. */
bool notification_fail_one(struct notification *n);

status_t signal_decode(struct thread *t, u64 tag); /* SYS_SIGNAL */
status_t wait_decode(struct thread *t, u64 tag);   /* SYS_WAIT */

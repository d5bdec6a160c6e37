/* Around a thread's end: the calls of other files are recorded. */
#include "cancel_fakes.h"
#include "ipc/notification.h"
#include "sched/ready.h"
#include "threads.h"

SHARED u32 drops, unlinks, unqueued, notifications;
SHARED struct thread *dropped_of, *unlinked_of;

void reply_drop(struct reply *r)
{
	drops++;
	dropped_of = r->owner;
}

struct thread *reply_unlink(struct reply *r)
{
	unlinks++;
	unlinked_of = r->owner;
	return r->caller;
}

void ready_remove(struct thread *t)
{
	WANT(t->queued, "the running thread is in no queue: its `queued` is false",
	     "only a queued thread is taken out of the ready queue",
	     "a thread that is in none was");
	t->queued = false;
	unqueued++;
}

void notification_remove(struct notification *n, struct thread *t)
{
	(void)n;
	t->wait_on = NULL;
	notifications++;
}

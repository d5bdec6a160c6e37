/*
 * Cancel and peer death. The rule that servers can build on: when a thread is stopped, its wait is forgotten cleanly on
 * the other side, and its callers wake with ERR_PEER_DIED.
 */
#include "ipc/cancel.h"
#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "ipc/reply.h"
#include "microk/error.h"
#include "sched/ready.h"
#include "sched/schedule.h"

/* EXERCISE 1.7 peer-death part 2: begin */
bool wait_cancel(struct thread *t)
{
	switch (t->state) {
	case THREAD_SENDING:
	case THREAD_RECEIVING: endpoint_remove((struct endpoint *)t->wait_on, t); break;
	case THREAD_WAITING: notification_remove((struct notification *)t->wait_on, t); break;
	case THREAD_AWAITING:
	case THREAD_FAULTED:
		/* The server goes on serving; its reply will fail with ERR_NO_REPLY. */
		if (t->awaiting)
			reply_unlink(t->awaiting);
		else
			endpoint_remove((struct endpoint *)t->wait_on, t);
		break;
	default: return false;
	}
	t->fault_pending = false;
	t->state = THREAD_STOPPED;
	return true;
}

void thread_stop(struct thread *t)
{
	if (t->state == THREAD_READY) {
		if (t->queued)
			ready_remove(t);
		t->state = THREAD_STOPPED;
		schedule_request();
	} else {
		bool in_call = t->state != THREAD_FAULTED && !t->fault_pending;

		/* If it is resumed, it must not mistake the tag of its call for an answer. */
		if (wait_cancel(t) && in_call)
			t->regs.rax = ERR_CANCELLED;
	}
	reply_drop(&t->bound_reply);
}
/* EXERCISE 1.7 peer-death part 2: end */

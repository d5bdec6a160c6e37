/* The scheduler's side: blocking and waking change the threads and are counted, and every loan of urgency is recorded. */
#include "threads.h"
#include "ipc/inherit.h"
#include "ipc/serve.h"

SHARED u32 schedule_requests, wakes;
SHARED u32 lends, returns;
SHARED bool returned_early;
SHARED struct thread *last_woken, *lent_to, *lent_by, *returned_by, *returned_to;

void inherit_begin(struct thread *server, const struct thread *caller)
{
	lends++, lent_to = server, lent_by = (struct thread *)caller;
}

void inherit_return(struct thread *server, struct thread *caller)
{
	returns++, returned_by = server, returned_to = caller;
	returned_early |= server && server->bound_reply.caller;
}

/* The endpoint's queues call these; in the harness no thread serves an endpoint. */
void inherit_end(struct thread *server)
{
	(void)server;
}

void endpoint_unserve(struct thread *t)
{
	(void)t;
}

void inherit_queue(struct endpoint *ep, const struct thread *sender)
{
	(void)ep, (void)sender;
}

void schedule_request(void)
{
	schedule_requests++;
}

void schedule_block(struct thread *t, enum thread_state state)
{
	t->state = (u8)state;
	schedule_requests++;
}

void thread_wake(struct thread *t, u64 status_tag)
{
	t->regs.rax = status_tag;
	thread_resume(t);
}

void thread_resume(struct thread *t)
{
	WANT(t, "there may be no thread to wake", "a thread is woken",
	     "thread_wake or thread_resume was called with NULL");
	t->state = THREAD_READY;
	wakes++;
	last_woken = t;
}

/* The scheduler's side: blocks and wakes are carried out on the threads, and counted. */
#include "threads.h"
#include "ipc/transfer.h"

u32 schedule_requests, wakes;
struct thread *last_woken;

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
	WANT(t, "there may be nobody to wake", "a thread is woken",
	     "thread_wake or thread_resume was called with NULL");
	t->state = THREAD_READY;
	wakes++;
	last_woken = t;
}

/*
 * The end of a thread: it leaves its queue and the endpoint it serves, and its callers wake with an error.
 *
 * A call that is ended from outside returns whether its request had been received: only then can it have had an effect. In
 * POSIX, and in Linux's futexes and pipes, EINTR promises that there was none, which a server in another address space
 * cannot promise for a request that it works on. QNX sends the server a pulse (_PULSE_CODE_UNBLOCK) and keeps the client
 * blocked until it answers, so a server that hangs holds its clients. seL4 aborts the call and leaves the caller without an
 * answer to the question. Here the client goes on at once, with one bit in its tag (TAG_RECEIVED), and asks the server what
 * became of the request if it must know.
 */
#include "ipc/cancel.h"
#include "ipc/serve.h"
#include "pc/restart.h"
#include "sched/deadline.h"
#include "sched/schedule.h"
#include "x86/cpu.h"

void thread_halt(struct thread *t)
{
	u64 received = wait_received(t);

	thread_stop(t);
	t->regs.rax |= received; /* it may be resumed */
	deadline_stop(t);
	endpoint_unserve(t);
	/* The thread still takes apart the objects that it ended. */
	if (t->dying && !t->queued && t != this_cpu()->current)
		schedule_ready(t);
}

void thread_end(struct thread *t)
{
	thread_halt(t);
	if (t == thread_root)
		restart_machine(t->name);
}

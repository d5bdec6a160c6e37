/* The end of a thread: it leaves its queue and the endpoint it serves, and its callers wake with an error. */
#include "ipc/cancel.h"
#include "ipc/serve.h"
#include "pc/restart.h"
#include "sched/deadline.h"
#include "sched/schedule.h"
#include "x86/cpu.h"

void thread_halt(struct thread *t)
{
	thread_stop(t);
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

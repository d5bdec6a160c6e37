#include "lib/exercise.h"

bool wait_cancel(struct thread *t)
{
	(void)t;
	exercise_missing("1.7", "peer death", "labs/1-ipc/handout.md#17-peer-death");
	return false;
}

void thread_stop(struct thread *t)
{
	exercise_missing("1.7", "peer death", "labs/1-ipc/handout.md#17-peer-death");
	/* The thread ends; threads that wait for it are not woken. */
	t->state = THREAD_STOPPED;
	schedule_request();
}

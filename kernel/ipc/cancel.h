/* Ending a wait from outside, and the end of a thread. */
#pragma once
#include "sched/thread.h"

static inline struct thread *thread_of(struct kobject *header)
{
	return (struct thread *)((u64)header - offsetof(struct thread, header));
}

/* Takes the thread out of whatever it waits in; its state is THREAD_STOPPED then. True if it waited. */
bool wait_cancel(struct thread *t);

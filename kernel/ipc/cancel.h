/* Ending a wait from outside, and the end of a thread. */
#pragma once
#include "sched/thread.h"

/* Takes the thread out of whatever it waits in; its state is THREAD_STOPPED then. True if it waited. */
bool wait_cancel(struct thread *t);

/* Ends its wait (wait_cancel), drops its caller, and keeps it from running. Constant time. */
void thread_stop(struct thread *t);

/* The same; and it serves no endpoint any more, and no deadline of its wait is left. */
void thread_halt(struct thread *t);

/* The same, and not to go on: it faulted, lost a capability that it needs, or is destroyed. If it is the root task's, so is the
 * system. */
void thread_end(struct thread *t);

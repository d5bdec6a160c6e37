/* Ending a wait from outside, and the end of a thread. */
#pragma once
#include "sched/thread.h"

/* Removes the thread from its wait queue and sets THREAD_STOPPED. Returns true if it was waiting. */
bool wait_cancel(struct thread *t);

/* Ends its wait (wait_cancel), drops its caller, and keeps it from running. Constant time. */
void thread_stop(struct thread *t);

/* Like thread_stop. Also detaches it from the Endpoint it serves and cancels its deadline. */
void thread_halt(struct thread *t);

/* Like thread_halt, for a thread that will not go on: it faulted, lost a capability that it needs, or is destroyed. If it
 * is the root task's thread, this ends the system. */
void thread_end(struct thread *t);

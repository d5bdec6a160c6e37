/* Deadlines of blocking system calls (TAG_DEADLINE): absolute, in TSC ticks, from the IPC buffer. */
#pragma once
#include "lib/status.h"
#include "sched/thread.h"

/* The call may have the deadline its tag asks for: OK, or ERR_BUFFER without an IPC buffer. */
status_t deadline_check(const struct thread *t, u64 tag);

/* The thread waits now, and its system call had a deadline. */
void deadline_start(struct thread *t);

/* The thread no longer waits. */
void deadline_stop(struct thread *t);

/* The thread's priority has changed. */
void deadline_move(struct thread *t);

/* The earliest deadline of all threads that are at least as urgent; ~0: there is none. */
u64 deadline_next(u32 priority);

/* Wakes threads whose deadline has passed with ERR_DEADLINE, the most urgent first: one that is more urgent than
 * `priority`, or else a bounded number that are as urgent. */
void deadline_wake(u32 priority);

/* Deadlines of blocking system calls (TAG_DEADLINE): absolute, in TSC ticks, from the IPC buffer. */
#pragma once
#include "ipc/status.h"
#include "sched/thread.h"

/* The call may have the deadline its tag asks for: OK, or ERR_BUFFER without an IPC buffer. */
status_t deadline_check(const struct thread *t, u64 tag);

/* The thread waits now, and its system call had a deadline. */
void deadline_start(struct thread *t);

/* The thread no longer waits. */
void deadline_stop(struct thread *t);

/* Wakes those whose deadline has passed with ERR_DEADLINE: a bounded number, the rest when the timer
 * fires again, which cpu->wheel.next_tsc then asks for at once. */
void deadline_expire(u64 now_tsc);

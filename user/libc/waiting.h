/*
 * How a thread waits, and how another ends its wait.
 *
 * A thread waits in its own Notification, or in a call to a server. A signal of the Notification stays until it is taken, so a
 * wake-up that comes before the wait is not lost; and each wait looks again at the cause for which it waits, since a signal may be
 * one for an earlier wait. In a call nothing stays: proc ends a wait that has begun (process.interrupt), and no other. So the
 * thread marks the call, looks whether it is to be woken, and calls; the one that wakes it tries again as long as the mark stands,
 * and the thread does not leave while it tries. A call outside of a mark is never ended.
 *
 * A signal that comes ends both kinds of wait: struct process_control of protocols/process.h has its way, which proc looks after.
 * A call outside of a mark is not ended by a signal either.
 *
 * Weighed: Linux sets the signal and looks at it when the system call begins to wait, under one lock, which exists in no place
 * here. seL4's libraries have no such wait. Redox marks the context and unblocks it, in its kernel.
 */
#pragma once
#include "microk/types.h"

enum wait_state {
	WAIT_NONE,   /* no thread ends its calls */
	WAIT_CALL,   /* it is in a call that may be ended */
	WAIT_REACHED /* likewise, and another thread is about to end it */
};

struct own;

/* Sleeps until a signal of the own Notification, or until that tick of the time-stamp counter; 0: without end. 0: look at the
 * cause again. -ETIMEDOUT; -EINTR: a signal has come, or the thread is to be woken (wait_is_over). */
long wait_for_signal(u64 tick);

/* Around a call that may be ended. False: it is to be woken, or a signal has come, and it does not call. */
bool wait_begin(void);
void wait_end(void);

/* Whether the thread must leave its waits: it is at a cancellation point, and cancelled. */
bool wait_is_over(void);

/* Wakes another thread of the process, so that it looks again at the cause for which it waits. */
void wait_wake(struct own *o);

/*
 * Mutual exclusion between threads of one program. A thread that finds a lock taken sleeps, so that a less urgent holder can
 * run: if the thread spun or yielded, the holder would never run.
 *
 * The lock's own word heads a list of the sleepers, each of which waits on its own Notification. The thread that unlocks
 * wakes them all, and they try again. Weighed: Linux's and Fuchsia's futex is a word and a queue in the kernel; seL4's
 * libraries make one Notification for each lock. Here a lock is one word that needs no capability, so that it can be a
 * static variable. No order is kept among sleepers, and the holder does not inherit their urgency, so work under a lock must
 * be short.
 */
#pragma once
#include "microk/types.h"

struct lock_sleeper;

struct lock {
	struct lock_sleeper *state; /* NULL: free */
};

/* May sleep. Not recursive. */
void lock_take(struct lock *l);
void lock_give(struct lock *l);

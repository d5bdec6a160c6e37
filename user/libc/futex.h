/*
 * Futexes, without a server: a word of the program is compared with a value, and a thread that waits for its change sleeps in a
 * queue, which is a list in the program's memory, of records on the sleepers' stacks. Each wakes by its own Notification.
 *
 * Weighed: Linux's and Fuchsia's queues are the kernel's, since their futexes may lie in memory that processes share; here no
 * memory is shared to be written, so every futex is of one process. Genode's pthread library has queues in the program, too, one
 * for each mutex; musl has one kind of wait for all that it builds, which is this one.
 */
#pragma once
#include "microk/types.h"

/* 0: woken. -EAGAIN: the word has another value. -ETIMEDOUT, -EINTR: as wait_for_signal. */
long futex_wait(const int *word, int value, u64 tick);
/* Wakes up to `most` threads in the order in which they came; returns how many. */
long futex_wake(const int *word, long most);
/* Stores 0, and wakes one. After the store the thread's own memory is not used: a thread that joins may free it. */
void futex_clear(int *word);

/* In a child: none of the threads that sleep is in it. */
void futex_forked(void);

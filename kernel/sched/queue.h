/*
 * The queue of waiting threads: the most urgent first, first come first served among equals, linked through the
 * threads.
 *
 * Linux's plist keeps a second list of the first thread of each priority; QNX walks all that wait. Here the first
 * and the last of each group of equals name each other (`group_end`), so that a thread that comes passes over a whole group in one
 * step: at most PRIORITIES steps to go in, one to come out, however many wait.
 *
 * An empty queue is head == NULL and nothing else: `tail`, the first thread's `prev`, and the `group_end`s of the first
 * group mean something only after a head, or before another group. So a lone waiter goes with one store and comes with
 * two, and the first of several goes with one, which the fast path counts on.
 *
 * In a group `arrival` never goes down, so that its first thread is the one that waits longest by that number, too.
 */
#pragma once
#include "microk/types.h"

struct kobject;
struct thread;

struct queue {
	struct thread *head, *tail;
};

/* t waits on `object`, which q is of, after all that are as urgent as it. */
void queue_insert(struct queue *q, struct thread *t, struct kobject *object);

/* t is in q, wherever, and its priority is that with which it came; it waits on nothing any more. */
void queue_remove(struct queue *q, struct thread *t);

/* The most urgent thread whose arrival is at most `last`, the first of those; NULL: none is. At most PRIORITIES steps. */
struct thread *queue_first_by(const struct queue *q, u64 last);

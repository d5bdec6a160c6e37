/*
 * The queue of waiting threads: the most urgent first, first come first served among equals, linked through the
 * threads.
 *
 * Linux's plist keeps a second list of the first thread of each priority; QNX walks all that wait. Here the first
 * and the last of each group of equals name each other (`group_end`), so that a thread that comes passes over a whole group in one
 * step: at most PRIORITIES steps to go in, one to come out, however many wait.
 *
 * An empty queue is head == NULL and nothing else: `tail`, the first thread's `prev`, and the `group_end`s of the first
 * group mean something only after a head, or before another group. So removing a lone waiter takes one store and adding it
 * two, and removing the first of several takes one; the fast path relies on this.
 *
 * In a group `arrival` never goes down, so that its first thread is the one that waits longest by that number, too. A thread
 * whose priority changes keeps its number where it can; else it gets that of a neighbour. It never passes `later` by that:
 * a thread that is to be turned away remains one of those, and joins a group whose last thread came later at its other end.
 */
#pragma once
#include "microk/types.h"

struct kobject;
struct thread;

struct queue {
	struct thread *head, *tail;
	u64 later; /* threads that arrived with a lower number are to be turned away (ipc/endpoint.h); 0: none was ever */
};

/* Adds t to q, the queue of `object`, after all threads that are as urgent; before these, if it is to be turned away and the
 * last of them is not. */
void queue_insert(struct queue *q, struct thread *t, struct kobject *object);

/* Removes t from q. Its priority must be the one with which it was added. Afterwards it waits on nothing. */
void queue_remove(struct queue *q, struct thread *t);

/* The first of the most urgent threads that are to be turned away; NULL if there is none. At most PRIORITIES steps. */
struct thread *queue_first_to_fail(const struct queue *q);

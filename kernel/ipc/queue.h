/*
 * The queue of waiting threads: first in, first out, constant time, linked through the threads.
 *
 * An empty queue is head == NULL and nothing else: `tail`, and the first thread's `prev`, mean
 * something only behind a head. So a lone waiter goes with one store and comes with two, which
 * the fast path counts on.
 */
#pragma once
#include "microk/types.h"

struct kobject;
struct thread;

struct queue {
	struct thread *head, *tail;
};

/* t waits on `object`, which q is of. */
void queue_append(struct queue *q, struct thread *t, struct kobject *object);

/* t is in q, wherever; it waits on nothing any more. */
void queue_remove(struct queue *q, struct thread *t);

/* The queue of waiting threads. */
#include "ipc/queue.h"
#include "sched/thread.h"

void queue_append(struct queue *q, struct thread *t, struct kobject *object)
{
	t->wait_on = object;
	t->next = NULL;
	if (q->head) {
		t->prev = q->tail;
		q->tail->next = t;
	} else {
		q->head = t;
	}
	q->tail = t;
}

void queue_remove(struct queue *q, struct thread *t)
{
	if (q->head == t)
		q->head = t->next;
	else
		t->prev->next = t->next;
	if (q->tail == t)
		q->tail = t->prev; /* stale if t was alone: then there is no head */
	else
		t->next->prev = t->prev;
	t->wait_on = NULL;
}

/* The queue of threads that Endpoints and Notifications share: first in, first out, constant
 * time, linked through the threads. */
#pragma once
#include "sched/thread.h"

static inline void queue_append(struct thread **head, struct thread **tail, struct thread *t)
{
	t->next = NULL;
	t->prev = *tail;
	if (*tail)
		(*tail)->next = t;
	else
		*head = t;
	*tail = t;
}

static inline void queue_remove(struct thread **head, struct thread **tail, struct thread *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		*head = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		*tail = t->prev;
	t->next = t->prev = NULL;
}

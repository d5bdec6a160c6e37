/* The queue of waiting threads. */
#include "sched/queue.h"
#include "sched/thread.h"

static bool is_in_first_group(const struct queue *q, const struct thread *t)
{
	return t->priority == q->head->priority;
}

/* The last thread that comes before a thread of this priority; NULL if there is none. Each step passes over a group of
 * equals. */
static struct thread *last_before(struct queue *q, u8 priority)
{
	struct thread *t = q->tail;

	while (t->priority < priority) {
		if (is_in_first_group(q, t)) {
			/* Another group comes before it: from now on its ends matter. */
			t->group_end = q->head;
			q->head->group_end = t;
			return NULL;
		}
		t = t->group_end->prev;
	}
	return t;
}

/* t has come in after `before`, the last of a group. Nothing else is noted of the first group. */
static void join_group(const struct queue *q, struct thread *t, struct thread *before)
{
	/* A thread whose priority changes keeps its number, and here joins threads that may have come after it. */
	if (before && before->priority == t->priority)
		t->arrival = MAX(t->arrival, before->arrival);
	if (is_in_first_group(q, t))
		return;
	t->group_end = t;
	if (!before || before->priority != t->priority)
		return;
	struct thread *first = before->group_end;
	t->group_end = first;
	first->group_end = t;
}

void queue_insert(struct queue *q, struct thread *t, struct kobject *object)
{
	t->wait_on = object;
	if (!q->head) {
		t->next = NULL;
		q->head = q->tail = t;
		return;
	}
	struct thread *before = last_before(q, t->priority);

	t->prev = before;
	t->next = before ? before->next : q->head;
	if (before)
		before->next = t;
	else
		q->head = t;
	if (t->next)
		t->next->prev = t;
	else
		q->tail = t;
	join_group(q, t, before);
}

/* The group goes on without t, which is at one of its ends. */
static void leave_group(struct thread *t)
{
	bool is_first = t->prev->priority != t->priority;
	bool is_last = !t->next || t->next->priority != t->priority;

	if (is_first == is_last) /* in the middle, or alone */
		return;
	struct thread *end = is_first ? t->next : t->prev, *other = t->group_end;
	end->group_end = other;
	other->group_end = end;
}

void queue_remove(struct queue *q, struct thread *t)
{
	t->wait_on = NULL;
	if (q->head == t) {
		q->head = t->next;
		return;
	}
	if (!is_in_first_group(q, t))
		leave_group(t);
	t->prev->next = t->next;
	if (q->tail == t)
		q->tail = t->prev;
	else
		t->next->prev = t->prev;
}

struct thread *queue_first_by(const struct queue *q, u64 last)
{
	struct thread *found = NULL, *t = q->head ? q->tail : NULL;

	while (t) {
		bool is_most_urgent = is_in_first_group(q, t);
		struct thread *first = is_most_urgent ? q->head : t->group_end;

		if (first->arrival <= last)
			found = first;
		t = is_most_urgent ? NULL : first->prev;
	}
	return found;
}

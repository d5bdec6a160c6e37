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

static bool is_to_fail(const struct queue *q, const struct thread *t)
{
	return t->arrival < q->later;
}

/* t's priority has changed, and it came before `before`, the last that is as urgent: its number follows from its new place. The
 * thread after which it comes is returned. */
static struct thread *place_again(struct queue *q, struct thread *t, struct thread *before)
{
	if (!is_to_fail(q, t) || is_to_fail(q, before)) {
		t->arrival = before->arrival;
		return before;
	}
	struct thread *first = is_in_first_group(q, before) ? q->head : before->group_end;

	t->arrival = MIN(t->arrival, first->arrival);
	return first == q->head ? NULL : first->prev;
}

/* t has come in, at one of the ends of its group. Nothing is noted of the first group. */
static void join_group(const struct queue *q, struct thread *t)
{
	if (is_in_first_group(q, t))
		return;
	struct thread *end = t;

	if (t->prev->priority == t->priority)
		end = t->prev->group_end;
	else if (t->next && t->next->priority == t->priority)
		end = t->next->group_end;
	t->group_end = end;
	end->group_end = t;
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

	if (before && before->arrival > t->arrival && before->priority == t->priority)
		before = place_again(q, t, before);
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
	join_group(q, t);
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

struct thread *queue_first_to_fail(const struct queue *q)
{
	struct thread *found = NULL, *t = q->head ? q->tail : NULL;

	while (t) {
		bool is_most_urgent = is_in_first_group(q, t);
		struct thread *first = is_most_urgent ? q->head : t->group_end;

		if (is_to_fail(q, first))
			found = first;
		t = is_most_urgent ? NULL : first->prev;
	}
	return found;
}

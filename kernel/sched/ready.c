/* The ready queue. A bitmap over 64 lists, as in seL4, makes "the most urgent" one instruction;
 * xv6 walks all processes. */
#include "sched/ready.h"
#include "x86/cpu.h"

#define filled (cpu0.ready) /* bit p: lists[p] is not empty */
#define lists (cpu0.ready_lists)

/* EXERCISE 1.4 ready-queue: begin */
void ready_add(struct thread *t)
{
	t->next = NULL;
	t->prev = lists[t->priority].last;
	if (t->prev)
		t->prev->next = t;
	else
		lists[t->priority].first = t;
	lists[t->priority].last = t;
	t->queued = true;
	filled |= 1ul << t->priority;
}

void ready_add_first(struct thread *t)
{
	t->prev = NULL;
	t->next = lists[t->priority].first;
	if (t->next)
		t->next->prev = t;
	else
		lists[t->priority].last = t;
	lists[t->priority].first = t;
	t->queued = true;
	filled |= 1ul << t->priority;
}

void ready_remove(struct thread *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		lists[t->priority].first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		lists[t->priority].last = t->prev;
	if (!lists[t->priority].first)
		filled &= ~(1ul << t->priority);
	t->next = t->prev = NULL;
	t->queued = false;
}

int ready_priority(void)
{
	return filled ? 63 - __builtin_clzl(filled) : -1;
}

struct thread *ready_first(void)
{
	return filled ? lists[ready_priority()].first : NULL;
}
/* EXERCISE 1.4 ready-queue: end */

/* Does not clear the list's bit when the list becomes empty. Symptom: nothing, with one priority;
 * with two, the less urgent thread never runs again. */
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

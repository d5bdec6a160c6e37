/*
 * A leftist heap (Crane, 1972; Knuth, vol. 3, 5.2.3), linked through the threads: nothing is allocated, and a thread
 * leaves from any place. Linux orders its timers by a red-black tree, which takes three times the code.
 *
 * The rank of a node is the number of nodes on its rightmost path. No right child has a higher rank than its
 * sibling, so a rightmost path among n threads has at most log2(n + 1) nodes. Adding walks two such paths. Removing does the
 * same, and then walks upwards while ranks change; on that walk each rank is one more than the one before. There are at most
 * 2^27 threads (PHYS_MAP_BYTES), so no walk is longer than 27 steps.
 */
#include "sched/heap.h"

static u8 rank(const struct thread *t)
{
	return t ? t->timer_rank : 0;
}

/* a and b become the children of t; either may be NULL. */
static void set_children(struct thread *t, struct thread *a, struct thread *b)
{
	bool ordered = rank(a) >= rank(b);

	t->timer_left = ordered ? a : b;
	t->timer_right = ordered ? b : a;
	t->timer_rank = (u8)(rank(t->timer_right) + 1);
	if (a)
		a->timer_up = t;
	if (b)
		b->timer_up = t;
}

/* Down along the rightmost paths of both, the earlier first; then up again, on the way that `timer_up` kept. */
static struct thread *merge(struct thread *a, struct thread *b)
{
	struct thread *path = NULL;

	while (a && b) {
		if (b->deadline < a->deadline) {
			struct thread *later = a;
			a = b;
			b = later;
		}
		struct thread *rest = a->timer_right;
		a->timer_up = path;
		path = a;
		a = rest;
	}
	struct thread *merged = a ? a : b;

	while (path) {
		struct thread *t = path;
		path = t->timer_up;
		set_children(t, t->timer_left, merged);
		merged = t;
	}
	if (merged)
		merged->timer_up = NULL;
	return merged;
}

void heap_add(struct thread **root, struct thread *t)
{
	t->timer_left = t->timer_right = NULL;
	t->timer_rank = 1;
	*root = merge(*root, t);
}

void heap_remove(struct thread **root, struct thread *t)
{
	struct thread *up = t->timer_up, *rest = merge(t->timer_left, t->timer_right);

	if (!up)
		*root = rest;
	for (struct thread *gone = t, *instead = rest; up; up = up->timer_up) {
		u8 before = up->timer_rank;
		struct thread *sibling = up->timer_left == gone ? up->timer_right : up->timer_left;

		set_children(up, sibling, instead);
		if (up->timer_rank == before)
			break;
		gone = instead = up;
	}
	t->timer_rank = 0;
}

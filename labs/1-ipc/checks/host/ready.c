/* Exercise 1.4, ready queue: pure logic, checked against a plain model, also at random. */
#include "sched/ready.h"
#include "x86/cpu.h"
#include "unit.h"
#include <string.h>

#define MOST_QUEUED 128 /* of one priority */

static struct thread *new_thread(u8 priority)
{
	struct thread *t = unit_object(THREAD_BYTES, THREAD_BYTES);

	t->priority = priority;
	t->state = THREAD_READY;
	t->next = t->prev = (struct thread *)8; /* old links must not matter */
	return t;
}

/* The link of a list that is not as its neighbours', or NULL. An empty list's `last` may be anything. */
static const char *broken_link(u32 p)
{
	const struct thread *t = cpu0.ready_lists[p].first, *before = NULL;

	for (u32 i = 0; i < MOST_QUEUED && t && unit_is_object(t); i++) {
		if (t->prev != before)
			return "a thread's `prev` does not name the one before it: both neighbours "
			       "of a thread that leaves are linked to each other";
		before = t, t = t->next;
	}
	if (!t && before && cpu0.ready_lists[p].last != before)
		return "`last` does not name the last thread of the list";
	return NULL;
}

/* The mistake in ready_priority() that a bitmap with bit 0 alone shows, or NULL. */
static const char *counted_wrongly(void)
{
	u64 before = cpu0.ready;

	cpu0.ready = 1;
	int came = ready_priority();
	cpu0.ready = before;
	if (came == 32)
		return "__builtin_clz counts in 32 bits: the bitmap has 64, for __builtin_clzl";
	if (came == 1)
		return "64 bits are numbered 0 to 63: with no zero before it the highest one is "
		       "bit 63";
	return NULL;
}

/* The mistake that the bitmap and a list show where the first thread is not the right one, or `other`. */
static const char *shown(u32 p, const char *other)
{
	bool bit = cpu0.ready >> p & 1;
	const char *link = broken_link(p);

	if (cpu0.ready_lists[p].first && !bit)
		return "the list holds a thread, and its bit is not set: it is cleared only when "
		       "the list becomes empty";
	if (!cpu0.ready_lists[p].first && bit)
		return "the list is empty, and its bit is still set: it is cleared when the list "
		       "becomes empty";
	const char *count = link ? NULL : counted_wrongly();
	return link ? link : count ? count : other;
}

/* Removes the thread; its list must be whole after that. */
static void leave(struct thread *t)
{
	ready_remove(t);
	const char *broken = broken_link(t->priority);
	WANT(!broken, broken, "when a thread has left, the links of its list hold", "they do not");
	WANT(!t->next && !t->prev,
	     "outside the queue `next` and `prev` are NULL: other queues use them",
	     "its own `next` and `prev` are NULL then", "one of them is not");
}

static void empty(void)
{
	struct thread *t = new_thread(0);

	WANT(!ready_first(), "no thread, no first", "ready_first() of an empty queue is NULL",
	     "a thread");
	WANT_U64("ready_priority() of an empty queue", -1, ready_priority(),
		 "clz of 0 is undefined: test for emptiness first");
	ready_add(t);
	WANT(ready_first() == t, shown(0, NULL), "a thread that was added is the first",
	     "it is not");
	WANT(ready_first() == t,
	     "ready_first leaves the thread in the queue: ready_remove takes it out",
	     "it is the first when asked again", "it is not");
	WANT_U64("ready_priority() with a thread of priority 0", 0, ready_priority(),
		 shown(0, "0 is a priority too"));
	WANT(t->queued, "`queued` is true exactly while a thread is in the queue",
	     "its `queued` is set", "it is not");
	ready_remove(t);
	WANT(!ready_first(), shown(0, NULL), "NULL after the last thread left",
	     "a thread, or its old memory");
	WANT_U64("ready_priority() then", -1, ready_priority(), shown(0, NULL));
	WANT(!t->queued, "`queued` is true exactly while a thread is in the queue",
	     "its `queued` is cleared", "it is set");
	WANT(!t->next && !t->prev,
	     "outside the queue `next` and `prev` are NULL: other queues use them",
	     "its `next` and `prev` are NULL", "one of them is not");
}

static void fifo(void)
{
	struct thread *t[4];

	for (u32 i = 0; i < 4; i++)
		ready_add(t[i] = new_thread(32));
	for (u32 i = 0; i < 4; i++) {
		struct thread *first = ready_first();
		u32 came = 0;
		while (came < 4 && t[came] != first)
			came++;
		WANT(first == t[i],
		     shown(32, first == t[3] && i == 0
				       ? "ready_add puts a thread after its equals: first come, "
					 "first served; otherwise some never run"
				       : NULL),
		     text("thread %u of 4 equals comes out as number %u", i + 1, i + 1),
		     came < 4 ? text("thread %u", came + 1) : "none of them");
		leave(first);
	}
	WANT(!ready_first(), NULL, "the queue is empty then", "it is not");
}

static void urgency(void)
{
	static const u8 order[] = {63, 62, 33, 32, 31, 30, 1, 0};
	static const u8 added[] = {31, 0, 63, 32, 1, 33, 62, 30};

	for (u32 i = 0; i < 8; i++)
		ready_add(new_thread(added[i]));
	for (u32 i = 0; i < 8; i++) {
		int came = ready_priority();
		WANT_U64(text("the most urgent of those left (ready_priority(), step %u)", i + 1),
			 order[i], came,
			 shown(came >= 0 && came < 64 ? (u32)came : order[i],
			       came == order[7]
				       ? "63 is the most urgent: it is the highest bit that counts"
				       : NULL));
		struct thread *first = ready_first();
		WANT(first && first->priority == order[i],
		     shown(order[i], "ready_first is a thread of that priority"),
		     text("a thread of priority %u", order[i]),
		     first ? text("one of priority %u", first->priority) : "NULL");
		leave(first);
	}
}

static void interrupted(void)
{
	struct thread *a = new_thread(20), *b = new_thread(20), *c = new_thread(20),
		      *d = new_thread(20);

	ready_add_first(d);
	WANT(d->queued, "`queued` is true exactly while a thread is in the queue",
	     "ready_add_first sets its `queued`", "it is not set");
	WANT(ready_first() == d, shown(20, NULL),
	     "a thread put into the empty queue by ready_add_first is the first", "it is not");
	ready_add(a);
	ready_add(b);
	leave(d);
	ready_add_first(c);
	WANT(ready_first() == c,
	     shown(20, ready_first() == a
			       ? "it was interrupted in its slice, and goes on before its equals"
			       : NULL),
	     "ready_add_first puts a thread before its equals",
	     ready_first() == a ? "after them" : "another is first, or none");
	leave(c);
	WANT(ready_first() == a, shown(20, NULL), "then come those that were there",
	     "another, or none");
	leave(a);
	WANT(ready_first() == b, shown(20, NULL), "in their order", "another, or none");
	leave(b);
	WANT(!ready_first(), shown(20, NULL), "and then no thread", "one");
}

static void middle(void)
{
	struct thread *t[4];

	for (u32 i = 0; i < 4; i++)
		ready_add(t[i] = new_thread(7));
	leave(t[1]); /* middle */
	leave(t[3]); /* last */
	struct thread *late = new_thread(7);
	ready_add(late);
	WANT(ready_first() == t[0], shown(7, NULL), "the first stays the first",
	     "another, or none");
	leave(t[0]);
	WANT(ready_first() == t[2], shown(7, NULL),
	     "then the third, since the second was taken out", "another, or none");
	leave(t[2]);
	WANT(ready_first() == late, shown(7, NULL),
	     "then the one added after the last was taken out", "another, or none");
	leave(late);
	WANT(!ready_first(), shown(7, NULL), "then no thread", "one");
}

/* The model: arrays in order. */
static struct thread *model[64][64];
static u32 count[64];

static void model_check(u32 step)
{
	int top = 63;

	while (top >= 0 && !count[top])
		top--;
	int came = ready_priority();
	u32 p = (u32)(came > top && came < 64 ? came : top < 0 ? 0 : top);
	WANT(came == top, shown(p, NULL),
	     text("after %u operations at random the most urgent priority is %d", step, top),
	     text("%d", came));
	WANT(ready_first() == (top < 0 ? NULL : model[top][0]), shown(p, NULL),
	     text("after %u operations at random the first thread is the model's", step),
	     ready_first() ? "another" : "NULL");
}

static void at_random(void)
{
	u64 x = unit_random(0);

	for (u32 step = 0; step < 20000; step++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		u32 p = x >> 20 & 63, what = x >> 40 & 3, n = count[p];
		if (what == 0 && n < 60) {
			ready_add(model[p][count[p]++] = new_thread((u8)p));
		} else if (what == 1 && n < 60) {
			memmove(&model[p][1], &model[p][0], n * sizeof(model[p][0]));
			ready_add_first(model[p][0] = new_thread((u8)p));
			WANT(model[p][0]->queued, NULL, "a thread put first is `queued`",
			     "it is not");
			count[p]++;
		} else if (n) {
			u32 i = (x >> 44) % n;
			struct thread *t = model[p][i];
			memmove(&model[p][i], &model[p][i + 1], (n - i - 1) * sizeof(model[p][0]));
			count[p]--;
			ready_remove(t);
			WANT(!t->queued, NULL, "a thread taken out is not `queued`", "it is");
			unit_free(t); /* the sanitizer will report any link to it that is left */
		}
		model_check(step);
	}
}

static const struct unit_check checks[] = {
	{"1.4.a", empty},       {"1.4.b", fifo},   {"1.4.c", urgency},
	{"1.4.d", interrupted}, {"1.4.e", middle}, {"1.4.f", at_random},
};
UNIT_MAIN(checks)

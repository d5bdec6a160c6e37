/*
 * The lists of dying objects. Each thread has one, of objects that it takes apart itself, and each urgency has one, of
 * objects that wait until the processor is free for that urgency (cap/reap.c chooses the list).
 *
 * A thread without a user part, the worker, takes apart the objects on the lists of the urgencies. It is a stopped thread
 * that still has objects to take apart, which any thread can be, so the scheduler needs no new kind of thread: the worker is
 * in the ready queue at the urgency of the most urgent list that is not empty, has a slice of its own, and stops at
 * preemption points. Linux has such a thread for each purpose, with a stack; this one needs no stack, since a step leaves
 * nothing on it.
 *
 * A list is first in, first out, except for the log's output. That is a single object for the lines of all threads. A line
 * must not wait for a long deletion of the same urgency, nor a deletion for a storm of lines, so the two take turns, a step
 * each.
 *
 * Invariants: bit p of `later_filled` is set while later[p] is not empty, and `end` is the link after its last. The worker's
 * priority is the highest bit, its `dying` the first of that list, and it is in the ready queue or current; while no bit is
 * set it is neither, and its `dying` is NULL.
 */
#include "cap/dying.h"
#include "sched/ready.h"
#include "sched/schedule.h"
#include "x86/cpu.h"

static struct thread worker;
static struct kobject *output; /* the log's output, while it is on a list */

void dying_init(void)
{
	struct cpu *cpu = this_cpu();

	worker = (struct thread){.name = "the kernel"};
	thread_init(&worker);
	cpu->worker = &worker;
	for (u32 p = 0; p < PRIORITIES; p++)
		cpu->later[p].end = &cpu->later[p].first;
}

static void move_worker(struct thread *w, u8 level)
{
	if (w->queued)
		ready_remove(w);
	w->priority = w->own_priority = level;
	schedule_request();
}

/* The lists have changed: puts the worker at the most urgent list. */
static void worker_settle(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *w = cpu->worker;

	if (!cpu->later_filled) {
		w->dying = NULL;
		if (w->queued)
			ready_remove(w);
		return;
	}
	u8 level = (u8)(63 - __builtin_clzl(cpu->later_filled));
	w->dying = cpu->later[level].first;
	if (w->priority != level)
		move_worker(w, level);
	if (!w->queued && w != cpu->current)
		schedule_ready(w);
}

static void put(struct kobject **at, struct kobject *o, u8 level)
{
	o->level = level;
	o->dying_next = *at;
	o->dying_link = at;
	if (*at)
		(*at)->dying_link = &o->dying_next;
	*at = o;
}

void dying_add(struct kobject **at, struct kobject *o, u8 level)
{
	put(at, o, level);
	if (this_cpu()->later_filled)
		worker_settle(); /* it may be the first now in the list that the worker works on */
}

static void put_last(struct later *list, struct kobject *o, u8 level)
{
	put(list->end, o, level);
	list->end = &o->dying_next;
}

void dying_add_later(struct kobject *o, u8 level)
{
	struct cpu *cpu = this_cpu();

	if (o->type == CAP_NULL)
		output = o;
	put_last(&cpu->later[level], o, level);
	cpu->later_filled |= 1ul << level;
	worker_settle();
}

void dying_remove(struct kobject *o)
{
	struct cpu *cpu = this_cpu();
	struct later *list = &cpu->later[o->level]; /* if it is on that one */

	if (o == output)
		output = NULL;
	*o->dying_link = o->dying_next;
	if (o->dying_next)
		o->dying_next->dying_link = o->dying_link;
	else if (list->end == &o->dying_next)
		list->end = o->dying_link;
	o->dying_link = NULL;
	if (!cpu->later_filled)
		return;
	if (!list->first)
		cpu->later_filled &= ~(1ul << o->level);
	worker_settle();
}

void dying_ensure(struct kobject *o, u8 level)
{
	if (object_is_listed(o)) {
		if (o->level >= level)
			return;
		dying_remove(o);
	}
	dying_add_later(o, level);
}

void dying_take_turns(void)
{
	struct cpu *cpu = this_cpu();
	struct kobject *o = output;

	if (!o || cpu->current != cpu->worker)
		return;
	struct later *list = &cpu->later[o->level];
	bool was_first = list->first == o;

	if (was_first && !o->dying_next)
		return;
	dying_remove(o);
	if (was_first)
		put_last(list, o, o->level);
	else
		put(&list->first, o, o->level);
	output = o;
	worker_settle();
}

/* Around deletion: a derivation tree that is kept in arrays and shows delete.c only each slot's first and last child.
 * Calls of other files are recorded. */
#include "delete_fakes.h"
#include "cap/thread_slots.h"
#include "sched/preempt.h"
#include "cap/derive.h"
#include "cap/reap.h"
#include "ipc/closed.h"
#include "ipc/sent.h"
#include "mm/frame.h"
#include "mm/io_space.h"
#include "mm/page_table.h"
#include "mm/wx.h"
#include "cap/irq.h"
#include "unit.h"

#define NONE TREE_NONE

static struct slot *slots;
static struct tree {
	int parent, first, last, next, prev;
} tree[TREE_SLOTS];

SHARED u32 alive;
SHARED u32 deletions, most_between_looks, between_looks, released, raised, unqueued, thread_told;
SHARED struct slot *unmapped, *raised_slot;
SHARED struct kobject *released_object;
SHARED u32 looks, interrupt_after = ~0u;
SHARED bool reaped = true, slot_was_filled;
SHARED struct slot *watched_for_release;
SHARED u32 waiting[WAITING], gone_with_waiters;

static void count_work(u32 units)
{
	between_looks += units;
	if (between_looks > most_between_looks)
		most_between_looks = between_looks;
}

/* ---- the tree ---- */
static struct slot *at(int i)
{
	return i == NONE ? NULL : &slots[i];
}

static void show(int i)
{
	if (i == NONE)
		return;
	slots[i].first = at(tree[i].first);
	slots[i].last = at(tree[i].last);
}

void tree_begin(struct slot *first)
{
	slots = first;
	for (u32 i = 0; i < TREE_SLOTS; i++)
		tree[i] = (struct tree){NONE, NONE, NONE, NONE, NONE};
}

void tree_add(int i, int parent)
{
	slots[i] = (struct slot){.type = CAP_IOPORT, .rights = 3, .size = 1};
	tree[i].parent = parent;
	alive++;
	if (parent == NONE)
		return;
	tree[i].prev = tree[parent].last;
	if (tree[parent].last != NONE)
		tree[tree[parent].last].next = i;
	else
		tree[parent].first = i;
	tree[parent].last = i;
	show(parent);
}

void tree_add_chain(int end)
{
	for (int i = 1; i < end; i++)
		tree_add(i, i - 1);
}

void tree_add_below(int end, int divisor)
{
	for (int i = 1; i < end; i++)
		tree_add(i, i / divisor);
}

void derive_link(struct slot *child, struct slot *parent)
{
	(void)child, (void)parent;
}

struct slot *derive_unlink(struct slot *s)
{
	int i = (int)(s - slots), p = tree[i].parent, left = tree[i].prev, right = tree[i].next;
	bool had = p != NONE;

	if (i < (int)ARRAY_LEN(waiting) && waiting[i])
		gone_with_waiters++;
	alive--;
	deletions++;
	count_work(1);
	int first = tree[i].first, last = tree[i].last;
	for (int c = first; c != NONE; c = tree[c].next)
		tree[c].parent = p;
	if (first != NONE) {
		tree[first].prev = left;
		tree[last].next = right;
	} else {
		first = right, last = left;
	}
	if (left != NONE)
		tree[left].next = first;
	else if (had)
		tree[p].first = first;
	if (right != NONE)
		tree[right].prev = last;
	else if (had)
		tree[p].last = last;
	tree[i] = (struct tree){NONE, NONE, NONE, NONE, NONE};
	s->prev = s->next = s->first = s->last = NULL;
	show(p);
	return had && tree[p].first == NONE ? at(p) : NULL;
}

/* ---- the others ---- */
void frame_unmap(struct slot *s)
{
	unmapped = s;
	slot_was_filled = s->type == CAP_FRAME && s->badge;
	count_work(s->size / 32);
	s->aux = 0;
}

bool frame_shrink(struct slot *s)
{
	(void)s;
	return false;
}

void page_table_unmap(struct slot *s)
{
	unmapped = s;
	s->aux = 0;
}

/* This is also called for a frame that is not mapped, and then does nothing. */
void wx_forget(struct slot *frame)
{
	(void)frame;
}

void irq_unbind(struct slot *s)
{
	unmapped = s;
	s->flags &= (u8)~SLOT_BOUND;
}

void io_space_unbind(struct slot *s)
{
	irq_unbind(s);
}

void closed_remove(struct slot *s)
{
	unqueued++;
	s->flags &= (u8)~SLOT_CLOSED;
	/* The queue: `first` is the one before, `last` the one after. */
	if (s->first)
		s->first->last = s->last;
	if (s->last)
		s->last->first = s->first;
	s->first = s->last = NULL;
}

void closed_raise(struct slot *s)
{
	raised++;
	raised_slot = s;
}

void object_release(struct kobject *o)
{
	released++;
	released_object = o;
	if (watched_for_release)
		slot_was_filled = watched_for_release->type != CAP_NULL;
}

bool reap_run(void)
{
	return reaped;
}

void thread_slot_changed(struct thread *t, enum thread_slot which)
{
	thread_told++;
	slot_was_filled = t->slots[which].type != CAP_NULL;
}

bool preempt_pending(void)
{
	between_looks = 0;
	return ++looks >= interrupt_after;
}

bool sent_cancel_one(struct slot *s)
{
	u32 i = (u32)(s - slots);

	if (i >= ARRAY_LEN(waiting) || !waiting[i])
		return false;
	waiting[i]--;
	return true;
}

/* Exercise 2.4, iterative revoke: delete.c on a tree of the harness's own, which keeps the relations in arrays and
 * shows delete.c only each slot's first and last child. */
#include "cap/delete.h"
#include "cap/thread_slots.h"
#include "sched/preempt.h"
#include "cap/derive.h"
#include "cap/reap.h"
#include "ipc/closed.h"
#include "ipc/sent.h"
#include "mm/frame.h"
#include "mm/page_table.h"
#include "mm/wx.h"
#include "sched/thread.h"
#include "unit.h"
#include "cap/irq.h"
#include <stdlib.h>
#include <string.h>

#define MOST 200000
#define NONE (-1)

static struct slot *slots;
static struct tree {
	int parent, first, last, next, prev;
} *tree;
static u32 alive;

/* The calls of delete.c, in its order. */
static char events[64];
static u32 deletions, most_between_looks, between_looks, released, raised, unqueued, thread_told;
static struct slot *unmapped, *raised_slot;
static struct kobject *released_object;
static u32 looks, interrupt_after = ~0u;
static bool reaped = true, slot_was_filled;
static struct slot *watched_for_release;

static void note(char c)
{
	size_t n = strlen(events);

	if (n < sizeof(events) - 1)
		events[n] = c;
}

static void count_work(u32 units)
{
	between_looks += units;
	if (between_looks > most_between_looks)
		most_between_looks = between_looks;
}

/* The number of threads that wait to send through slots[0..], and the number of slots that were
 * deleted while some did. */
static u32 waiting[8], gone_with_waiters;

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

static void begin(void)
{
	slots = aligned_alloc(64, MOST * sizeof(*slots));
	tree = malloc(MOST * sizeof(*tree));
	memset(slots, 0, MOST * sizeof(*slots));
	for (u32 i = 0; i < MOST; i++)
		tree[i] = (struct tree){NONE, NONE, NONE, NONE, NONE};
}

static void add(int i, int parent)
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

void derive_link(struct slot *child, struct slot *parent)
{
	(void)child, (void)parent;
}

struct slot *derive_unlink(struct slot *s)
{
	int i = (int)(s - slots), p = tree[i].parent, left = tree[i].prev, right = tree[i].next;
	bool had = p != NONE;

	note('u');
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
	note('m');
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
	note('m');
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
	note('m');
	unmapped = s;
	s->flags &= (u8)~SLOT_BOUND;
}

void closed_remove(struct slot *s)
{
	note('q');
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
	note('r');
	raised++;
	raised_slot = s;
}

void object_release(struct kobject *o)
{
	note('o');
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
	note('t');
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

/* ---- slot_delete ---- */
static struct kobject object = {.type = CAP_ENDPOINT, .refs = 3};

static void empties(void)
{
	begin();
	add(0, NONE);
	add(1, 0);
	slots[1] = (struct slot){
		.type = CAP_ENDPOINT, .rights = 7, .prot = 0xff, .object = &object, .badge = 9};
	watched_for_release = &slots[1];
	slot_delete(&slots[1]);
	WANT(slots[1].type == CAP_NULL && !slots[1].rights && !slots[1].badge && !slots[1].object,
	     "an empty slot is all 0", "the slot is empty", "something of it is left");
	WANT(deletions == 1, "derive_unlink, or the tree goes on naming an empty slot",
	     "it is taken out of the derivation tree, once", text("%u times", deletions));
	WANT(released == 1 && released_object == &object,
	     "one slot fewer names the object: object_release, or it is never freed",
	     "the object is released, once", text("%u times", released));
	WANT(!slot_was_filled,
	     "releasing may end the object and all in it: the slot must not name it by then",
	     "the slot is empty before its object is released", "it was still filled");
	slot_delete(&slots[1]);
	WANT(released == 1 && deletions == 1, "a slot may be empty already",
	     "deleting an empty slot does nothing", "it did something again");
	add(2, 0);
	slots[2] = (struct slot){.type = CAP_FRAME, .rights = 3, .size = 1, .base = 0x5000};
	slot_delete(&slots[2]);
	WANT_U64("objects released by deleting a Frame's slot", 1, released,
		 "a Frame has no object with a count: slot_has_object");
}

static void undone(void)
{
	begin();
	add(0, NONE);
	slots[0] = (struct slot){
		.type = CAP_FRAME,
		.rights = 3,
		.size = 4,
		.base = 0x5000,
		.badge = 0x400000,
		.aux = 0x1001};
	slot_delete(&slots[0]);
	WANT(unmapped == &slots[0] && slot_was_filled,
	     "slot_undo, while the slot still describes the mapping",
	     "a mapped Frame is unmapped, and then its slot emptied",
	     unmapped ? "it was emptied first"
		      : "it stayed mapped: its holder still has the memory");
	add(1, NONE);
	slots[1] = (struct slot){
		.type = CAP_IRQ, .flags = SLOT_BOUND, .rights = 3, .base = 4, .size = 1};
	slot_delete(&slots[1]);
	WANT(unmapped == &slots[1], "slot_undo", "a bound interrupt is unbound", "it was not");
}

static void in_a_thread(void)
{
	struct thread *t = aligned_alloc(THREAD_BYTES, THREAD_BYTES);

	begin();
	memset(t, 0, THREAD_BYTES);
	add(0, NONE);
	/* The harness's tree knows slots of its own only: this one has no relations. */
	slots[1].type = CAP_NULL;
	struct slot *s = &t->slots[T_BUFFER];
	struct slot *from = slots;
	slots = s; /* so that derive_unlink finds it as number 0 */
	tree[0] = (struct tree){NONE, NONE, NONE, NONE, NONE};
	*s = (struct slot){
		.type = CAP_FRAME, .flags = SLOT_THREAD, .rights = 3, .size = 1, .base = 0x5000};
	slot_delete(s);
	slots = from;
	WANT(s->type == CAP_NULL && s->flags == SLOT_THREAD,
	     "where a slot lies does not change by emptying it",
	     "an embedded slot is empty and keeps SLOT_THREAD",
	     text("type %u, flags 0x%x", s->type, s->flags));
	WANT(thread_told == 1 && !slot_was_filled,
	     "the thread caches its slots: thread_slot_changed, once the slot is empty",
	     "its thread is notified, once the slot is empty",
	     thread_told ? "it was notified before" : "it was not");
}

static void closes(void)
{
	begin();
	add(0, NONE);
	slots[0] = (struct slot){
		.type = CAP_ENDPOINT, .flags = SLOT_WATCH, .rights = 7, .object = &object};
	add(1, 0);
	add(2, 0);
	add(3, 2);
	slot_delete(&slots[1]);
	WANT_U64("closed slots while others are left", 0, raised,
		 "only when the last descendant goes");
	slot_delete(&slots[2]);
	WANT_U64("closed slots while a grandchild is left", 0, raised,
		 "the grandchild comes up into its parent's place");
	slot_delete(&slots[3]);
	WANT(raised == 1 && raised_slot == &slots[0],
	     "derive_unlink returns the slot that is left without children; if it is watched: "
	     "closed_raise",
	     "when the last descendant of a watched slot goes, it is raised",
	     raised ? "another was" : "no slot was");
	add(4, NONE);
	add(5, 4);
	slot_delete(&slots[5]);
	WANT_U64("closed slots after the last child of one that is not watched", 1, raised,
		 "only SLOT_WATCH");
	slots[0].flags |= SLOT_CLOSED;
	slot_delete(&slots[0]);
	WANT_U64("slots taken off the closed queue", 1, unqueued,
		 "a slot that is on its endpoint's queue must leave it: the queue would name an "
		 "empty slot");
}

/* ---- revoke ---- */
static void everything(void)
{
	begin();
	add(0, NONE);
	add(1, 0);
	u64 z = 12345;
	for (int i = 2; i < 500; i++) {
		z = z * 6364136223846793005ul + 1442695040888963407ul;
		add(i, (int)((z >> 33) % (u64)(i - 1)) + 1);
	}
	add(600, 0);
	add(601, 600);
	WANT_STATUS("revoke of a slot with 498 descendants", OK, revoke_invoke(&slots[1]), NULL);
	for (u32 i = 2; i < 500; i++)
		WANT(slots[i].type == CAP_NULL,
		     "all descendants: children, their children, and so on",
		     "no descendant is left",
		     text("slot %u, below slot %d, is", i, tree[i].parent));
	WANT(slots[1].type != CAP_NULL, "the children are taken back; the giver keeps its own",
	     "the slot itself stays", "it was deleted");
	WANT(slots[600].type != CAP_NULL && slots[601].type != CAP_NULL &&
		     slots[0].type != CAP_NULL,
	     "only what descends from the slot", "others' capabilities stay", "they were deleted");
	WANT_STATUS("revoke of a slot without children", OK, revoke_invoke(&slots[601]), NULL);
	for (int i = 610; i < 613; i++) {
		add(i, NONE);
		slots[i] = (struct slot){
			.type = CAP_ENDPOINT,
			.flags = SLOT_WATCH | SLOT_CLOSED,
			.rights = 7,
			.object = &object,
			.first = i > 610 ? &slots[i - 1] : NULL,
			.last = i < 612 ? &slots[i + 1] : NULL};
	}
	WANT_STATUS("revoke of a slot that is on the closed queue", OK, revoke_invoke(&slots[611]),
		    NULL);
	WANT(slots[610].type != CAP_NULL && slots[612].type != CAP_NULL,
	     "while SLOT_CLOSED, `first` names a neighbour on the queue and no child: "
	     "derive_has_children",
	     "a slot on the closed queue has no children: nothing is deleted",
	     "its neighbour on the queue is deleted");
	WANT(slots[611].type != CAP_NULL && (slots[611].flags & SLOT_CLOSED), NULL,
	     "it stays on the queue", "it left it");
	begin();
	add(0, NONE);
	add(1, 0);
	add(2, 1);
	waiting[1] = waiting[2] = 3;
	WANT_STATUS("revoke, while threads wait to send through a slot below", OK,
		    revoke_invoke(&slots[0]), NULL);
	WANT(!gone_with_waiters,
	     "slot_withdraw, before slot_delete: a message must not arrive after the right to "
	     "send it was taken",
	     "threads that wait to send through a slot are turned away before it is deleted",
	     text("%u slots were deleted with senders waiting", gone_with_waiters));
}

static void deep(void)
{
	begin();
	add(0, NONE);
	for (int i = 1; i < MOST; i++)
		add(i, i - 1);
	WANT_STATUS("revoke of a chain of 199,999", OK, revoke_invoke(&slots[0]), NULL);
	WANT_U64("slots left", 1, alive,
		 "the children of a deleted slot come up into its place: go on until there are "
		 "none");
}

static void wide(void)
{
	begin();
	add(0, NONE);
	for (int i = 1; i < MOST; i++)
		add(i, 0);
	WANT_STATUS("revoke of a slot with 199,999 children", OK, revoke_invoke(&slots[0]), NULL);
	WANT_U64("slots left", 1, alive, NULL);
}

static void looks_up(void)
{
	begin();
	add(0, NONE);
	for (int i = 1; i < 2000; i++)
		add(i, i / 2);
	revoke_invoke(&slots[0]);
	count_work(0);
	WANT(most_between_looks <= 64, "preempt_pending, after each deletion",
	     "at most 64 deletions between two looks for an interrupt",
	     text("%u", most_between_looks));
	most_between_looks = between_looks = 0;
	begin();
	add(0, NONE);
	for (int i = 1; i < 100; i++) {
		add(i, 0);
		slots[i] = (struct slot){
			.type = CAP_FRAME,
			.rights = 3,
			.size = 512,
			.base = 0x200000,
			.badge = 0x200000,
			.aux = 1,
			.first = NULL};
	}
	revoke_invoke(&slots[0]);
	WANT(most_between_looks <= 64,
	     "a Frame of 512 mapped pages is more work than one deletion: look after each",
	     "at most 64 units of work between two looks, a page table of entries being 16",
	     text("%u units", most_between_looks));
}

static void stops(void)
{
	begin();
	add(0, NONE);
	for (int i = 1; i < 1000; i++)
		add(i, i / 3);
	interrupt_after = 1;
	status_t s = revoke_invoke(&slots[0]);
	WANT_STATUS("revoke while an interrupt waits", PREEMPTED, s,
		    "an interrupt must not wait for another's thousand deletions");
	WANT(alive > 1 && deletions <= 64, "it stops at the first look that finds one",
	     "only a part is done", text("%u are deleted", deletions));
	u32 before = deletions, again = 0;
	while (s == PREEMPTED && again++ < 1000) {
		s = revoke_invoke(&slots[0]);
		WANT(deletions > before || s != PREEMPTED,
		     "each call must make progress, however often it is interrupted",
		     "each time some are deleted", "it was stopped before the first deletion");
		before = deletions;
	}
	WANT_STATUS("revoke, called again until it is done", OK, s,
		    "PREEMPTED means: the system call is begun again, from decode");
	WANT_U64("slots left", 1, alive, NULL);
}

static void dying(void)
{
	begin();
	add(0, NONE);
	add(1, 0);
	reaped = false;
	WANT_STATUS("delete, while the objects that it ended are not all gone", PREEMPTED,
		    delete_invoke(&slots[1]),
		    "reap_run returns whether all dying objects have ended; the caller must come "
		    "again");
	WANT(slots[1].type == CAP_NULL, NULL, "the slot is empty", "it is not");
	WANT_STATUS("revoke likewise", PREEMPTED, revoke_invoke(&slots[0]),
		    "reap_run returns whether all dying objects have ended");
	reaped = true;
	WANT_STATUS("delete again", OK, delete_invoke(&slots[1]),
		    "the second time the slot is empty already");
	WANT_STATUS("revoke again", OK, revoke_invoke(&slots[0]), NULL);
}

static const struct unit_check checks[] = {
	{"2.4.a", empties},    {"2.4.b", undone}, {"2.4.c", in_a_thread}, {"2.4.d", closes},
	{"2.4.e", everything}, {"2.4.f", deep},   {"2.4.g", wide},        {"2.4.h", looks_up},
	{"2.4.i", stops},      {"2.4.j", dying},
};
UNIT_MAIN(checks)

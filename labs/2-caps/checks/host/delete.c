/* Exercise 2.4, iterative revoke: delete.c on a tree of the fakes. */
#include "cap/delete.h"
#include "delete_fakes.h"
#include "cap/thread_slots.h"
#include "sched/thread.h"
#include "unit.h"

#define MOST TREE_SLOTS
#define NONE TREE_NONE

static struct slot *slots;

static void begin(void)
{
	slots = unit_object(64, MOST * sizeof(*slots));
	tree_begin(slots);
}

/* The slots that are not empty, of the first `end`: the harness's count, `alive`, lies in the subject's memory. */
static u32 filled(u32 end)
{
	u32 n = 0;

	for (u32 i = 0; i < end; i++)
		n += slots[i].type != CAP_NULL;
	return n;
}

/* Of a revoked slot and all that descended from it. */
static void want_one_left(u32 end)
{
	u32 left = filled(end);

	WANT(alive == 1 && left == 1,
	     alive > 1 ? "the children of a deleted slot come up into its place: go on until there "
			 "are none"
	     : alive == 0 ? "the children are taken back; the giver keeps its own"
			  : NULL,
	     "one slot is left, the revoked one",
	     text("%u are, and %u are not empty", alive, left));
}

/* ---- slot_delete ---- */
static ASKED struct kobject object = {.type = CAP_ENDPOINT, .refs = 3};

static void empties(void)
{
	begin();
	tree_add(0, NONE);
	tree_add(1, 0);
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
	tree_add(2, 0);
	slots[2] = (struct slot){.type = CAP_FRAME, .rights = 3, .size = 1, .base = 0x5000};
	slot_delete(&slots[2]);
	WANT_U64("objects released by deleting a Frame's slot", 1, released,
		 "a Frame has no object with a count: slot_has_object");
}

static void undone(void)
{
	begin();
	tree_add(0, NONE);
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
	tree_add(1, NONE);
	slots[1] = (struct slot){
		.type = CAP_IRQ, .flags = SLOT_BOUND, .rights = 3, .base = 4, .size = 1};
	slot_delete(&slots[1]);
	WANT(unmapped == &slots[1], "slot_undo", "a bound interrupt is unbound", "it was not");
}

static void in_a_thread(void)
{
	struct thread *t = unit_object(THREAD_BYTES, THREAD_BYTES);
	struct slot *s = &t->slots[T_BUFFER];

	tree_begin(s); /* so that derive_unlink finds it as number 0 */
	*s = (struct slot){
		.type = CAP_FRAME, .flags = SLOT_THREAD, .rights = 3, .size = 1, .base = 0x5000};
	slot_delete(s);
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
	tree_add(0, NONE);
	slots[0] = (struct slot){
		.type = CAP_ENDPOINT, .flags = SLOT_WATCH, .rights = 7, .object = &object};
	tree_add(1, 0);
	tree_add(2, 0);
	tree_add(3, 2);
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
	tree_add(4, NONE);
	tree_add(5, 4);
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
	tree_add(0, NONE);
	tree_add(1, 0);
	int parent[500];
	for (int i = 2; i < 500; i++) {
		parent[i] = (int)(unit_random((u64)i) % (u64)(i - 1)) + 1;
		tree_add(i, parent[i]);
	}
	tree_add(600, 0);
	tree_add(601, 600);
	WANT_STATUS("revoke of a slot with 498 descendants", OK, revoke_invoke(&slots[1]), NULL);
	for (u32 i = 2; i < 500; i++)
		WANT(slots[i].type == CAP_NULL,
		     "all descendants: children, their children, and so on",
		     "no descendant is left", text("slot %u, below slot %d, is", i, parent[i]));
	WANT(slots[1].type != CAP_NULL, "the children are taken back; the giver keeps its own",
	     "the slot itself stays", "it was deleted");
	WANT(slots[600].type != CAP_NULL && slots[601].type != CAP_NULL &&
		     slots[0].type != CAP_NULL,
	     "only what descends from the slot", "others' capabilities stay", "they were deleted");
	WANT_STATUS("revoke of a slot without children", OK, revoke_invoke(&slots[601]), NULL);
	for (int i = 610; i < 613; i++) {
		tree_add(i, NONE);
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
	tree_add(0, NONE);
	tree_add(1, 0);
	tree_add(2, 1);
	waiting[1] = waiting[2] = 3;
	WANT_STATUS("revoke, while threads wait to send through a slot below", OK,
		    revoke_invoke(&slots[0]), NULL);
	WANT(!gone_with_waiters,
	     "slot_withdraw, before slot_delete: a message must not arrive after the right to send "
	     "it was taken",
	     "threads that wait to send through a slot are turned away before it is deleted",
	     text("%u slots were deleted with senders waiting", gone_with_waiters));
}

static void deep(void)
{
	begin();
	tree_add(0, NONE);
	tree_add_chain(MOST);
	WANT_STATUS("revoke of a chain of 199,999", OK, revoke_invoke(&slots[0]), NULL);
	want_one_left(MOST);
}

static void wide(void)
{
	begin();
	tree_add(0, NONE);
	tree_add_below(MOST, MOST);
	WANT_STATUS("revoke of a slot with 199,999 children", OK, revoke_invoke(&slots[0]), NULL);
	want_one_left(MOST);
}

static void looks_up(void)
{
	begin();
	tree_add(0, NONE);
	tree_add_below(2000, 2);
	revoke_invoke(&slots[0]);
	WANT(most_between_looks <= 64, "preempt_pending, after each deletion",
	     "at most 64 deletions between two looks for an interrupt",
	     text("%u", most_between_looks));
	most_between_looks = between_looks = 0;
	begin();
	tree_add(0, NONE);
	for (int i = 1; i < 100; i++) {
		tree_add(i, 0);
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
	tree_add(0, NONE);
	tree_add_below(1000, 3);
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
	want_one_left(1000);
}

static void dying(void)
{
	begin();
	tree_add(0, NONE);
	tree_add(1, 0);
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

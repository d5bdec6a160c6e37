/* Exercise 2.3, derivation links: the tree against a model that keeps it as plain lists. */
#include "cap/derive.h"
#include "unit.h"
#include <string.h>

#define COUNT 48
#define ENDS                                                                                       \
	"first->prev and last->next name the parent, with LINK_PARENT set; the parent's first "    \
	"and last name them"

static ASKED struct slot slots[COUNT];

/* The model. A list is the children of a slot, or (from COUNT on) roots that hang together. */
static struct list {
	u32 length;
	u8 member[COUNT];
} lists[2 * COUNT];
static u8 list_of[COUNT];
static bool filled[COUNT];

static struct slot *as_parent(struct slot *s)
{
	return (struct slot *)((u64)s | LINK_PARENT);
}

/* The rule of the last operation: before it, the tree was right. */
static const char *rule;

static const char *name(const struct slot *link)
{
	const struct slot *s = (const struct slot *)((u64)link & ~LINK_PARENT);

	if (!link)
		return "NULL";
	if (s < slots || s >= slots + COUNT)
		return "something that is not a slot";
	return text("%s%ld", (u64)link & LINK_PARENT ? "parent " : "slot ", (long)(s - slots));
}

static void want_link(const char *what, u32 of, const struct slot *wanted, const struct slot *got)
{
	WANT(wanted == got, rule, text("slot %u: %s is %s", of, what, name(wanted)), name(got));
}

static void want_list(u32 which)
{
	const struct list *l = &lists[which];
	bool of_slot = which < COUNT;
	struct slot *end = of_slot ? as_parent(&slots[which]) : NULL;

	if (of_slot) {
		want_link("first", which, l->length ? &slots[l->member[0]] : NULL,
			  slots[which].first);
		want_link("last", which, l->length ? &slots[l->member[l->length - 1]] : NULL,
			  slots[which].last);
	}
	for (u32 i = 0; i < l->length; i++) {
		u32 at = l->member[i];

		want_link("prev", at, i ? &slots[l->member[i - 1]] : end, slots[at].prev);
		want_link("next", at, i + 1 < l->length ? &slots[l->member[i + 1]] : end,
			  slots[at].next);
	}
}

static void want_all(void)
{
	for (u32 i = 0; i < 2 * COUNT; i++)
		want_list(i);
	for (u32 i = 0; i < COUNT; i++)
		if (!filled[i])
			WANT(!slots[i].prev && !slots[i].next && !slots[i].first && !slots[i].last,
			     "a slot that leaves the tree keeps no link into it",
			     text("slot %u, which is out of the tree, has no links", i), "it has");
}

static void empty_list(u32 which)
{
	lists[which].length = 0;
}

static void fill(u32 i)
{
	slots[i] = (struct slot){.type = CAP_ENDPOINT, .badge = i + 100};
	filled[i] = true;
}

static void root(u32 i)
{
	fill(i);
	for (u32 l = COUNT; l < 2 * COUNT; l++)
		if (!lists[l].length) {
			lists[l].length = 1;
			lists[l].member[0] = (u8)i;
			list_of[i] = (u8)l;
			return;
		}
}

static void link_(u32 child, u32 parent)
{
	fill(child);
	rule = "a new child comes last. " ENDS;
	derive_link(&slots[child], &slots[parent]);
	lists[parent].member[lists[parent].length++] = (u8)child;
	list_of[child] = (u8)parent;
	want_all();
}

static u32 index_in(const struct list *l, u32 i)
{
	u32 at = 0;

	while (l->member[at] != i)
		at++;
	return at;
}

/* In the model: its children in its place. Returns the slot that is left without children, or NULL. */
static struct slot *model_unlink(u32 i)
{
	struct list *l = &lists[list_of[i]], *own = &lists[i], old = *l;
	u32 at = index_in(l, i), n = 0;

	for (u32 k = 0; k < old.length; k++) {
		if (k != at) {
			l->member[n++] = old.member[k];
			continue;
		}
		for (u32 c = 0; c < own->length; c++) {
			l->member[n++] = own->member[c];
			list_of[own->member[c]] = list_of[i];
		}
	}
	l->length = n;
	empty_list(i);
	return n == 0 && list_of[i] < COUNT ? &slots[list_of[i]] : NULL;
}

static void unlink_(u32 i)
{
	rule = lists[i].length
		       ? "the children of a slot that leaves come into its place, in their order"
		       : "the neighbours of a slot that leaves name each other, or the parent "
			 "where it was the first or the last";
	struct slot *wanted = model_unlink(i), *got = derive_unlink(&slots[i]);

	WANT(wanted == got,
	     "it returns the parent if that has no children left, else NULL: so a server is "
	     "notified that all its clients are gone",
	     text("derive_unlink(slot %u) returns %s", i, name(wanted)), name(got));
	slots[i].type = CAP_NULL;
	filled[i] = false;
	want_all();
}

static void move(u32 to, u32 from)
{
	struct list *l = &lists[list_of[from]];

	rule = "all that named the old slot names the new one: its neighbours or its parent, and "
	       "its first and last child";
	derive_move(&slots[to], &slots[from]);
	l->member[index_in(l, from)] = (u8)to;
	list_of[to] = list_of[from];
	lists[to] = lists[from];
	empty_list(from);
	filled[to] = true, filled[from] = false;
	for (u32 c = 0; c < lists[to].length; c++)
		list_of[lists[to].member[c]] = (u8)to;
	want_all();
}

/* ---- the checks ---- */
static void first_child(void)
{
	root(0);
	link_(1, 0);
	WANT(derive_has_children(&slots[0]) && !derive_has_children(&slots[1]), NULL,
	     "the parent has children, the child has none", "not so");
	WANT(derive_parent(&slots[1], 8) == &slots[0], ENDS, "derive_parent finds the parent",
	     name(derive_parent(&slots[1], 8)));
}

static void order(void)
{
	root(0);
	for (u32 i = 1; i < 6; i++)
		link_(i, 0);
	link_(6, 3);
	link_(7, 3);
}

static void leaves(void)
{
	static const u8 which[][5] = {{1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}, {3, 2, 4, 1, 5}};

	for (u32 w = 0; w < ARRAY_LEN(which); w++) {
		memset(lists, 0, sizeof(lists));
		memset(slots, 0, sizeof(slots));
		memset(filled, 0, sizeof(filled));
		root(0);
		for (u32 i = 1; i < 6; i++)
			link_(i, 0);
		for (u32 i = 0; i < 5; i++)
			unlink_(which[w][i]);
	}
}

static void inner(void)
{
	root(0);
	for (u32 i = 1; i < 4; i++)
		link_(i, 0);
	for (u32 i = 4; i < 10; i++)
		link_(i, 1 + i % 3);
	unlink_(2);
	unlink_(1);
	unlink_(3);
	/* An only child with an only child. */
	root(20);
	link_(21, 20);
	link_(22, 21);
	unlink_(21);
}

static void roots(void)
{
	root(0);
	for (u32 i = 1; i < 4; i++)
		link_(i, 0);
	link_(4, 2);
	link_(5, 2);
	unlink_(0); /* its children are roots now, side by side */
	unlink_(2);
	unlink_(1);
	unlink_(3);
	unlink_(4);
	unlink_(5);
	root(9);
	unlink_(9); /* one without any link */
}

static void moves(void)
{
	root(0);
	for (u32 i = 1; i < 4; i++)
		link_(i, 0);
	link_(5, 2);
	link_(6, 2);
	move(10, 1); /* the first */
	move(11, 3); /* the last */
	move(12, 2); /* in the middle, with children */
	WANT_U64("badge of the moved slot", 102, slots[12].badge,
		 "all of the content moves, not the links alone");
	WANT(slots[2].type == CAP_NULL && !slots[2].badge,
	     "a slot that was moved from is empty: all of it is 0", "the old slot is empty",
	     "it is not");
	move(13, 0); /* the root */
	move(14, 5);
	unlink_(12);
	root(20);
	link_(21, 20);
	move(22, 21); /* an only child: first and last at once */
}

static u64 random_state;

static u32 random_below(u32 n)
{
	random_state = random_state * 6364136223846793005ul + 1442695040888963407ul;
	return (u32)(random_state >> 33) % n;
}

static u32 pick(bool is_filled)
{
	u32 start = random_below(COUNT);

	for (u32 k = 0; k < COUNT; k++)
		if (filled[(start + k) % COUNT] == is_filled)
			return (start + k) % COUNT;
	return COUNT;
}

static void random_walk(void)
{
	random_state = unit_random(0);
	for (u32 step = 0; step < 30000; step++) {
		u32 a = pick(true), b = pick(false), what = random_below(10);

		if (a == COUNT || (what == 0 && b != COUNT))
			root(b);
		else if (what < 5 && b != COUNT)
			link_(b, a);
		else if (what < 7 && b != COUNT)
			move(b, a);
		else
			unlink_(a);
	}
}

static const struct unit_check checks[] = {
	{"2.3.a", first_child}, {"2.3.b", order}, {"2.3.c", leaves},      {"2.3.d", inner},
	{"2.3.e", roots},       {"2.3.f", moves}, {"2.3.g", random_walk},
};
UNIT_MAIN(checks)

/* Does the same as captable.c for more than a thousand rows: parents are found by binary search. */
#include "user/shell/captree.h"
#include "lib/microk/string.h"
#include "user/shell/sort.h"

/* Numbers of the capabilities, ordered by the identity of their slot. */
static struct index {
	const struct tree_cap *caps;
	u16 number[TREE_MAX];
} by_self;

static bool before(void *context, size_t i, size_t j)
{
	const struct index *x = context;

	return x->caps[x->number[i]].self < x->caps[x->number[j]].self;
}

static void swap(void *context, size_t i, size_t j)
{
	struct index *x = context;
	u16 n = x->number[i];

	x->number[i] = x->number[j];
	x->number[j] = n;
}

/* The number + 1 of the capability in the slot `self`; 0 if there is none. */
static u32 find_self(u32 count, u64 self)
{
	u32 low = 0, high = count;

	while (low < high) {
		u32 middle = (low + high) / 2;
		if (by_self.caps[by_self.number[middle]].self < self)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = self != 0 && low < count && by_self.caps[by_self.number[low]].self == self;
	return found ? by_self.number[low] + 1u : 0;
}

/* Whether `cap` is `below` or one of its ancestors. Tables that were read while a process derived capabilities
 * may contain a cycle. */
static bool is_above(const struct tree_cap *caps, u32 cap, u32 below)
{
	while (below != 0 && below != cap)
		below = caps[below - 1].up;
	return below == cap;
}

u32 captree_link(struct tree_cap *caps, u32 count)
{
	u32 first_root = 0;

	by_self.caps = caps;
	for (u32 i = 0; i < count; i++) {
		by_self.number[i] = (u16)i;
		caps[i].first_child = caps[i].next_sibling = caps[i].up = 0;
	}
	sort(&by_self, count, before, swap);
	for (u32 i = 1; i <= count; i++) {
		u32 up = find_self(count, caps[i - 1].parent);
		if (up != 0 && !is_above(caps, i, up))
			caps[i - 1].up = (u16)up;
	}
	/* Each capability, from the last to the first, is put before its siblings, which puts them in order. */
	for (u32 i = count; i > 0; i--) {
		struct tree_cap *c = &caps[i - 1];
		if (c->up != 0) {
			c->next_sibling = caps[c->up - 1].first_child;
			caps[c->up - 1].first_child = (u16)i;
		} else {
			c->next_sibling = (u16)first_root;
			first_root = i;
		}
	}
	return first_root;
}

u32 captree_show(struct tree_cap *caps, u32 count, u32 process)
{
	u32 own = 0;

	for (u32 i = 0; i < count; i++)
		caps[i].shown = false;
	for (u32 i = 1; i <= count; i++) {
		if (process != 0 && caps[i - 1].process != process)
			continue;
		own++;
		for (u32 at = i; at != 0 && !caps[at - 1].shown; at = caps[at - 1].up)
			caps[at - 1].shown = true;
	}
	return own;
}

u32 captree_shown(const struct tree_cap *caps, u32 at)
{
	while (at != 0 && !caps[at - 1].shown)
		at = caps[at - 1].next_sibling;
	return at;
}

static bool are_alike(const struct tree_cap *a, const struct tree_cap *b)
{
	return a->first_child == 0 && b->first_child == 0 && a->process == b->process &&
	       a->type == b->type && strcmp(a->name, b->name) == 0;
}

u32 captree_next(const struct tree_cap *caps, u32 at, u32 *run)
{
	u32 next = captree_shown(caps, caps[at - 1].next_sibling);

	*run = 1;
	while (next != 0 && are_alike(&caps[at - 1], &caps[next - 1])) {
		++*run;
		next = captree_shown(caps, caps[next - 1].next_sibling);
	}
	return next;
}

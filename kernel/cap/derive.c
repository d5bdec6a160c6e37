/*
 * The derivation tree.
 *
 * seL4 keeps derivation as one list ordered so that descendants follow their ancestor, and
 * finds them by comparing capabilities; NOVA keeps an explicit tree of mapping nodes with
 * depth. Here the tree is explicit, so that it can be drawn and proved, but lives in the
 * slots themselves (no memory of its own), and only the ends of a list of siblings name the
 * parent, so that removing a node with children is a splice and not a walk.
 *
 * Invariants: for a slot s with children, s->first->prev == s|1 and s->last->next == s|1;
 * for neighbours a, b: a->next == b and b->prev == a; a root has prev == next == NULL.
 */
#include "cap/derive.h"

static struct slot *parent_link(struct slot *parent)
{
	return (struct slot *)((u64)parent | LINK_PARENT);
}
static bool is_parent(const struct slot *link)
{
	return ((u64)link & LINK_PARENT) != 0;
}
static struct slot *strip(struct slot *link)
{
	return (struct slot *)((u64)link & ~LINK_PARENT);
}

/* Sets the link to the right in the left neighbour, or in the parent; `left` may be NULL. */
static void set_after(struct slot *left, struct slot *s)
{
	if (!left)
		return;
	if (is_parent(left))
		strip(left)->first = s;
	else
		left->next = s;
}

static void set_before(struct slot *right, struct slot *s)
{
	if (!right)
		return;
	if (is_parent(right))
		strip(right)->last = s;
	else
		right->prev = s;
}

/* EXERCISE 2.3 derivation-links: begin */
void derive_link(struct slot *child, struct slot *parent)
{
	child->next = parent_link(parent);
	if (parent->last) {
		child->prev = parent->last;
		parent->last->next = child;
	} else {
		child->prev = parent_link(parent);
		parent->first = child;
	}
	parent->last = child;
}

/* The children of a root become roots that stay linked to each other. */
struct slot *derive_unlink(struct slot *s)
{
	struct slot *left = s->prev, *right = s->next, *orphaned = NULL;

	if (derive_has_children(s)) {
		s->first->prev = left;
		s->last->next = right;
		set_after(left, s->first);
		set_before(right, s->last);
	} else if (is_parent(left) && is_parent(right)) {
		orphaned = strip(left);
		orphaned->first = orphaned->last = NULL;
	} else {
		set_after(left, right);
		set_before(right, left);
	}
	s->prev = s->next = s->first = s->last = NULL;
	return orphaned;
}

void derive_move(struct slot *to, struct slot *from)
{
	*to = *from;
	set_after(to->prev, to);
	set_before(to->next, to);
	if (derive_has_children(to)) {
		to->first->prev = parent_link(to);
		to->last->next = parent_link(to);
	}
	*from = (struct slot){0};
}
/* EXERCISE 2.3 derivation-links: end */

struct slot *derive_parent_of_only_child(const struct slot *s)
{
	bool is_alone = is_parent(s->prev) && is_parent(s->next) && !derive_has_children(s);

	return is_alone ? strip(s->prev) : NULL;
}

bool derive_search(struct derive_search *at, u32 limit)
{
	while (limit--) {
		if (is_parent(at->left))
			at->parent = strip(at->left);
		else if (is_parent(at->right))
			at->parent = strip(at->right);
		if (at->parent || (!at->left && !at->right))
			return true;
		at->left = at->left ? at->left->prev : NULL;
		at->right = at->right ? at->right->next : NULL;
	}
	return false;
}

struct slot *derive_parent(const struct slot *s, u32 limit)
{
	struct derive_search at = derive_search_from(s);

	derive_search(&at, limit);
	return at.parent;
}

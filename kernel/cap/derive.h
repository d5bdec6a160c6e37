/* The derivation tree: which capability was made from which. Every operation is constant time; see slot.h
 * for the shape. Pure: no hardware, no object semantics. */
#pragma once
#include "object/slot.h"

/* Links the filled, unlinked slot as the last child of parent. */
void derive_link(struct slot *child, struct slot *parent);

/* Takes the slot out of the tree; its children take its place among its parent's. Returns the parent if that has no children
 * left, else NULL. */
struct slot *derive_unlink(struct slot *s);

/* The parent of a slot that has no siblings and no children; else NULL. */
struct slot *derive_parent_of_only_child(const struct slot *s);

/* Moves content and place in the tree from one slot to an empty one. */
void derive_move(struct slot *to, struct slot *from);

/* The parent, or NULL for a root. Looks at most `limit` siblings far in each direction. */
struct slot *derive_parent(const struct slot *s, u32 limit);

/* The same in parts, between which the tree does not change. True: the search is over. */
struct derive_search {
	struct slot *left, *right; /* the next to be looked at */
	struct slot *parent;       /* once it is found */
};
bool derive_search(struct derive_search *at, u32 limit);

static inline struct derive_search derive_search_from(const struct slot *s)
{
	return (struct derive_search){.left = s->prev, .right = s->next};
}

/* True if the slot has children. (Not on the closed queue: then the links mean something else.) */
static inline bool derive_has_children(const struct slot *s)
{
	return s->first && !(s->flags & SLOT_CLOSED);
}

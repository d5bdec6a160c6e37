/* The tree that slots form: each lies below the slot it was derived from. Pure. */
#pragma once
#include "microk/types.h"

#define DERIVED_MAX 2048 /* slots of one tree */

/* A slot's place in it, as part of a larger structure. */
struct derived {
	u64 self, parent; /* identities of the slot and of the slot it was derived from */
	/* By derived_link: numbers in the array + 1, 0 for none. */
	u16 first_child, next_sibling, up;
};

/* Links the slots of an array of structures of `stride` bytes; `first` is the place of the first one. Returns the first
 * root's number + 1 (its siblings are the other roots), or 0 without slots. A slot whose parent is not in the array is a
 * root. */
u32 derived_link(struct derived *first, size_t stride, u32 count);

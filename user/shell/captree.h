/* The derivation tree across processes: every slot of every CSpace, below the one it was made from. Pure. */
#pragma once
#include "microk/types.h"

#define TREE_MAX 2048 /* capabilities of the whole system that are looked at */

struct tree_cap {
	u64 badge, object, size;
	u64 self, parent; /* identities of the slot and of the one it was derived from */
	u32 process, slot, rights;
	u32 type;      /* enum cap_type */
	char name[26]; /* what its process was granted it under; may be empty */
	/* The tree, by captree_link: numbers + 1, 0 for none. */
	u16 first_child, next_sibling, up;
	bool shown;
};

/* Links them; returns the first root's number + 1 (its siblings are the other roots), 0 if there are none. A
 * capability is a root where its parent is unknown: one of the kernel's own at boot, or hidden in a thread. */
u32 captree_link(struct tree_cap *caps, u32 count);

/* Marks as shown the capabilities of one process (0: of all) with everything above them; returns how many
 * are its own. */
u32 captree_show(struct tree_cap *caps, u32 count, u32 process);

/* The next sibling that is shown, and is not among the `run` that `at` stands for: childless siblings of one process, type and
 * name in a row are one line. Numbers + 1; 0: none. */
u32 captree_next(const struct tree_cap *caps, u32 at, u32 *run);

/* `at` itself if it is shown, else the next sibling that is. */
u32 captree_shown(const struct tree_cap *caps, u32 at);

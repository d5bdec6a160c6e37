/* The derivation tree across processes: every slot of every CSpace, below the slot it was derived from. Pure. */
#pragma once
#include "user/shell/derived.h"

#define TREE_MAX DERIVED_MAX /* capabilities of the whole system; the rest is left out */

struct tree_cap {
	u64 badge, object, size;
	u32 process, slot, rights;
	u32 type;      /* enum cap_type */
	char name[26]; /* of the grant, in its process's startup page; may be empty */
	struct derived link; /* captree_link makes the tree */
	bool shown;
};

/* Links them. Returns the first root's number + 1 (its siblings are the other roots), or 0 without capabilities. A
 * capability is a root if its parent is unknown: the kernel made it at boot, or its parent lies in a thread. */
u32 captree_link(struct tree_cap *caps, u32 count);

/* Marks the capabilities of one process (0: of all) and their ancestors as shown. Returns the number of the
 * process's own. */
u32 captree_show(struct tree_cap *caps, u32 count, u32 process);

/* The next shown sibling after the *run capabilities that the line of `at` stands for: successive childless siblings
 * of one process, type and name share a line. Numbers + 1; 0: none. */
u32 captree_next(const struct tree_cap *caps, u32 at, u32 *run);

/* `at` itself if it is shown, else the next shown sibling. */
u32 captree_shown(const struct tree_cap *caps, u32 at);

/* A process's capabilities, as /proc/N/caps lists them, and the tree they form. Pure. */
#pragma once
#include "user/shell/derived.h"

#define CAPTABLE_MAX 1024 /* rows; a CNode of init's programs has no more slots */

struct cap_row {
	u32 slot;
	u64 badge;
	char type[13], rights[14], object[12], size[12], name[26];
	struct derived link; /* by row number; captable_link makes the tree */
};

/* Splits a line of the file into `row`; false for the heading and any other line that is not a row. */
bool captable_row(const char *line, struct cap_row *row);

/* Links rows to a tree. Returns the first root's row number + 1 (its siblings are the other roots), or 0
 * without rows. A row whose parent lies in another process is a root. */
u32 captable_link(struct cap_row *rows, u32 count);

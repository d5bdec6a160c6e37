/* Completion of the word before the cursor. */
#pragma once
#include "user/shell/editor.h"
#include "user/shell/parse.h"

#define CHOICES_MAX 512

/* Names that begin with what is typed. Zeroed: none. */
struct choices {
	u32 count;
	const char *name[CHOICES_MAX];
	bool directory[CHOICES_MAX];
};

/* Adds a name if it begins with `prefix` (and there is room). Pure. */
void choices_add(struct choices *c, const char *prefix, const char *name, bool directory);

/*
 * Inserts at the cursor what all choices have in common beyond `typed` bytes, quoted as `quote` (a
 * quote that is open, or 0) asks for; a single choice is also ended, by a slash or a blank. Pure.
 * False if nothing was inserted.
 */
bool choices_insert(const struct choices *c, struct editor *e, size_t typed, char quote);

/* What a Tab does: completes in the editor, or shows the choices there are. True if something was shown
 * below the line, so that prompt and line are to be drawn anew. */
bool complete(struct editor *e);

/* Completion of the word before the cursor. */
#pragma once
#include "user/shell/editor.h"
#include "user/shell/last_word.h"

#define CHOICES_MAX 512

/* Names that begin as the typed word does. Zeroed: none. */
struct choices {
	u32 count;
	const char *name[CHOICES_MAX];
	bool directory[CHOICES_MAX];
};

/* Adds a name if it begins with `prefix` (and there is room). Pure. */
void choices_add(struct choices *c, const char *prefix, const char *name, bool directory);

/*
 * Inserts at the cursor the bytes after the first `typed` that all choices have in common, quoted
 * for `quote` (the open quote, or 0). A single choice also gets its end, a slash or a blank. Pure.
 * False if nothing was inserted.
 */
bool choices_insert(const struct choices *c, struct editor *e, size_t typed, char quote);

/* Handles a Tab: completes in the editor, or shows the choices. True if choices were shown below the line, so that
 * the caller must draw prompt and line again. */
bool complete(struct editor *e);

/*
 * The line editor: a line of text, a cursor, and the effect of keys on them. Pure: it neither reads
 * nor writes, so it can be tested as a function.
 */
#pragma once
#include "user/shell/keys.h"

#define EDITOR_MAX 4095 /* bytes of a line */

struct editor {
	char text[EDITOR_MAX + 1];   /* UTF-8, terminated */
	size_t length, cursor;       /* bytes; the cursor is never inside a character */
	size_t scroll;               /* bytes scrolled out on the left when it was last drawn */
	char killed[EDITOR_MAX + 1]; /* the text that ^K, ^U or ^W removed last, for ^Y */
};

enum edit_result {
	EDIT_NONE,     /* nothing changed */
	EDIT_CHANGED,  /* draw again */
	EDIT_APPENDED, /* one printable ASCII character was added at the end */
	EDIT_REFUSED,  /* the line is full */
	EDIT_DONE,     /* Enter */
	EDIT_LOST,     /* Enter after characters that did not fit: the line is incomplete */
	EDIT_ABANDON,  /* ^C */
	EDIT_END,      /* ^D on an empty line */
	EDIT_COMPLETE, /* Tab */
	EDIT_CLEAR,    /* ^L */
	EDIT_OLDER,    /* Up, ^P */
	EDIT_NEWER,    /* Down, ^N */
	EDIT_SEARCH,   /* ^R */
};

/* Empties the line; `killed` stays. */
void editor_clear(struct editor *e);
/* Replaces the line (cut to EDITOR_MAX), cursor at the end. */
void editor_set(struct editor *e, const char *text);
/* Inserts at the cursor. If the text does not fit, it changes nothing and returns false. */
bool editor_insert(struct editor *e, const char *text, size_t length);
enum edit_result editor_key(struct editor *e, u32 key);

/* Whether prompt, line and cursor fit a row of `columns`, with nothing scrolled out. */
bool editor_fits(const struct editor *e, const char *prompt, u32 columns);

/*
 * Writes the bytes that show prompt and line in one row of `columns` and place the cursor. A longer line
 * scrolls sideways; a narrower terminal that shows the same bytes cuts the row. Returns the number of bytes,
 * at most EDITOR_DRAW_MAX (prompts are short).
 */
#define EDITOR_DRAW_MAX (2ul * EDITOR_MAX)
size_t editor_draw(struct editor *e, const char *prompt, u32 columns, char to[EDITOR_DRAW_MAX]);

/* The lines typed before, newest last. Pure. */
#pragma once
#include "user/shell/editor.h"

#define HISTORY_LINES 256u /* at most */
#define HISTORY_BYTES 32768u /* of all lines together, each with its null byte: the oldest go */

/* Zeroed: empty. */
struct history {
	char text[HISTORY_BYTES]; /* the lines, one after the other */
	size_t used;
	u32 count;
	u32 back;                   /* lines back from the newest, of the line shown; 0: the line being typed */
	char draft[EDITOR_MAX + 1]; /* the line being typed, while another is shown */
};

/* Adds a finished line unless it is blank or repeats the last. Browsing starts again at the newest. */
void history_add(struct history *h, const char *line);
/* The next older or newer line to show in place of `shown`; NULL if there is none. */
const char *history_older(struct history *h, const char *shown);
const char *history_newer(struct history *h);
/* Line `n` from 0, the oldest; NULL after the newest. */
const char *history_line(const struct history *h, u32 n);
/* The number of the newest line before number `from` that has `part` in it; h->count: there is none. */
u32 history_search(const struct history *h, u32 from, const char *part);

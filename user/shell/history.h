/* The lines typed before, newest last. Pure. */
#pragma once
#include "user/shell/editor.h"

#define HISTORY_LINES 64

/* Zeroed: empty. */
struct history {
	char line[HISTORY_LINES][EDITOR_MAX + 1]; /* a ring */
	u32 first, count;
	u32 back;                   /* lines back from the newest, of the line shown; 0: the line being typed */
	char draft[EDITOR_MAX + 1]; /* the line being typed, while another is shown */
};

/* Adds a finished line unless it is blank or repeats the last. Browsing starts again at the newest. */
void history_add(struct history *h, const char *line);
/* The next older or newer line to show in place of `shown`; NULL if there is none. */
const char *history_older(struct history *h, const char *shown);
const char *history_newer(struct history *h);

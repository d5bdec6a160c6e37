/*
 * The lines that have left a terminal's screen at its top: the last ones, for a person to look back at.
 *
 * Weighed: libvterm hands each such line to its user, and xterm and st keep screen and past lines in one ring of rows. Here
 * the past lines are apart from the screen: they are only ever added, so that a copy of the terminal need not have a copy of them
 * (kept.h). The memory is a ring of cells, `columns` for each line.
 */
#pragma once
#include "drivers/console/cell.h"

#define HISTORY_LINES_MAX 4096u

struct history {
	u32 columns; /* of each line */
	u32 most;    /* lines that the memory holds; 0: there is no memory */
	u64 first;   /* number of the oldest line that can be shown */
	u64 next;    /* lines that ever left: the number of the next */
};

/* For a memory of `cells` cells. */
void history_init(struct history *h, u32 columns, u64 cells);

/* Lines that can be shown. */
static inline u32 history_lines(const struct history *h)
{
	return (u32)(h->next - h->first);
}

/* Adds a line of `columns` cells; the oldest one makes room. `lines`: the memory; NULL: nothing is added. */
void history_add(struct history *h, struct cell *lines, const struct cell *line);

/* The line that left `back` lines ago: 1 for the last. 1 <= back <= history_lines. */
const struct cell *history_line(const struct history *h, const struct cell *lines, u32 back);

void history_clear(struct history *h);

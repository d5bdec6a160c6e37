/* An ANSI/VT100 terminal without hardware: bytes in, a grid of cells and a cursor out. */
#pragma once
#include "drivers/console/grid.h"
#include "drivers/console/parser.h"

#define TERMINAL_ANSWER_MAX 64

struct cursor {
	u32 column, row;   /* always inside the grid */
	bool wrap_pending; /* the last column was written: the next character starts a new line */
	struct cell pen;   /* what the next character looks like; its code is ' ' */
};

struct terminal {
	struct grid grid;
	struct parser parser;
	struct cursor cursor, saved;
	u32 top, bottom; /* scrolling region: rows top..bottom-1, top < bottom */
	bool cursor_hidden;
	bool wrap_off;
	bool insert; /* characters push the rest of the row (IRM) */
	bool mute;   /* reports are not answered: another terminal on the line does it */
	char answer
		[TERMINAL_ANSWER_MAX]; /* what the terminal says itself, to be read as if typed */
	u32 answer_length;
};

/* An empty screen; sizes are cut to GRID_MAX_*. */
void terminal_init(struct terminal *t, u32 columns, u32 rows);

/* Shows bytes. They may be anything; sequences may be split between calls. */
void terminal_write(struct terminal *t, const char *bytes, size_t count);

/* Moves what the terminal answered (DSR, DA) to `to`; says how many bytes. */
size_t terminal_answer_take(struct terminal *t, char to[TERMINAL_ANSWER_MAX]);

/* An ANSI/VT100 terminal without hardware: bytes in, a grid of cells and a cursor out. */
#pragma once
#include "drivers/console/grid.h"
#include "drivers/console/parser.h"

#define TERMINAL_ANSWER_MAX 64

struct cursor {
	u32 column, row;   /* always inside the grid */
	bool wrap_pending; /* the last column was written: the next character starts a new line */
	struct cell pen;   /* attributes of the next character; its code is ' ' */
};

struct terminal {
	struct grid grid;
	struct parser parser;
	struct cursor cursor, saved;
	u32 top, bottom; /* scrolling region: rows top..bottom-1, top < bottom */
	bool cursor_hidden;
	bool wrap_off;
	bool insert; /* characters push the rest of the row (IRM) */
	bool mute;   /* reports are not answered: another terminal on the line answers them */
	char answer[TERMINAL_ANSWER_MAX]; /* reports, which a program reads as if typed */
	u32 answer_length;
};

/* Sets an empty screen; sizes are limited to GRID_MAX_*. */
void terminal_init(struct terminal *t, u32 columns, u32 rows);

/* Shows bytes. Any bytes are allowed; sequences may be split between calls. */
void terminal_write(struct terminal *t, const char *bytes, size_t count);

/* Moves the terminal's answers (DSR, DA) to `to`; returns their length in bytes. */
size_t terminal_answer_take(struct terminal *t, char to[TERMINAL_ANSWER_MAX]);

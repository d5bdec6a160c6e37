/*
 * A terminal without hardware: bytes in (emulate.h), a grid of cells and a cursor out.
 *
 * Weighed: a terminal of our own invention with just the few sequences that the shell needs (as
 * hobby systems have it), or the VT220 with xterm's additions that ncurses and every program expects (as Linux's
 * vt.c and QNX's devc-con have it). The second was chosen: programs from other systems must run unchanged.
 * libvterm, which editors embed, separates the parser, the state and the screen, and calls its user back for each change;
 * here the renderer compares cells (render.c), so no change needs a callback.
 *
 * Sources: DEC VT100 User Guide, chapter 3; VT220 Programmer Reference; ECMA-48, 8.3; xterm's ctlseqs for the rest.
 * The effects lie in files by kind: move.c the cursor, edit.c the cells, mode.c modes and the two screens, answer.c reports.
 */
#pragma once
#include "drivers/console/grid.h"
#include "drivers/console/history.h"
#include "drivers/console/parser.h"

#define TERMINAL_ANSWER_MAX 128
#define TERMINAL_TAB_WORDS (GRID_MAX_COLUMNS / 64)

enum charset { CHARSET_TEXT, CHARSET_LINES }; /* ASCII; DEC special graphics */

/* All of it is saved and restored (DECSC, DECRC). */
struct cursor {
	u32 column, row;   /* always inside the grid */
	bool wrap_pending; /* the last column was written: the next character starts a new line */
	bool origin;       /* rows are counted from the region's top, and positions stay inside (DECOM) */
	u8 charset[2];     /* enum charset of G0 and G1 */
	u8 shift;          /* 0: G0 is used; 1: G1 */
	struct cell pen;   /* attributes of the next character; its code is ' ' */
};

struct terminal {
	struct parser parser;
	struct cursor cursor;
	struct cursor saved[2]; /* for each screen */
	u32 top, bottom;        /* scrolling region: rows top..bottom-1, top < bottom */
	u64 tabs[TERMINAL_TAB_WORDS]; /* bit n of the whole: a tab stop in column n */
	u32 last;               /* the last character shown, for REP; 0: none since the last control */
	bool alternate;         /* the second screen is shown; it has no history */
	bool cursor_hidden;
	bool wrap_off;
	bool insert;             /* characters push the rest of the row (IRM) */
	bool new_line;           /* a line feed also returns to the first column (LNM) */
	bool reverse;            /* the whole screen is shown with its two default colours exchanged (DECSCNM) */
	bool application_cursor; /* the cursor keys send SS3 (DECCKM) */
	bool application_keypad; /* recorded: the keypad's keys stay the same (DECKPAM) */
	bool bracketed_paste;    /* recorded: a keyboard pastes nothing; a far terminal gets the sequence itself */
	bool mute;               /* reports are not answered: another terminal on the line answers them */
	char answer[TERMINAL_ANSWER_MAX]; /* reports, which a program reads as if typed */
	u32 answer_length;
	u32 view; /* lines that a person has scrolled back; 0: the screen as it is */
	struct history history;
	struct grid screen[2]; /* the last field: terminal_copy has its own way with it */
};

/* Moves the terminal's answers (DSR, DA) to `to`; returns their length in bytes. */
size_t terminal_answer_take(struct terminal *t, char to[TERMINAL_ANSWER_MAX]);

/* The grid that is shown, and written. */
static inline struct grid *terminal_grid(struct terminal *t)
{
	return &t->screen[t->alternate];
}
static inline const struct grid *terminal_shown(const struct terminal *t)
{
	return &t->screen[t->alternate];
}

/* Scrolls the view back by `lines` (or forward, if negative), within the history. Returns whether it changed. */
bool terminal_view(struct terminal *t, i64 lines);
/* The cells of a row as a person sees it. */
const struct cell *terminal_row(const struct terminal *t, const struct cell *lines, u32 row);

/* Makes `to` equal to `from`, if it has been equal before the last changes. */
void terminal_copy(struct terminal *to, struct terminal *from);

/* Whether its numbers can be right, after another instance has left them: for this size, and a history of `cells`. */
bool terminal_is_sound(const struct terminal *t, u32 columns, u32 rows, u64 cells);

/*
 * A keyboard layout: the character of each key with and without Shift and AltGr.
 *
 * A layout is a file in layouts/ with one table of text, a row of keys to a string, as a person sees them. A combining
 * character in it (U+0301) is a dead key: it waits for a letter. To add one: write its file, and name it in build.mk and in
 * layout.c.
 *
 * Weighed: Linux's loadkeys reads a file of keycodes and sends the kernel each entry, with the accents in a table of their own;
 * Genode's event filter reads key maps and dead-key sequences as XML, generated from XKB. Both can be changed at run time, and both
 * need a parser in the driver or a protocol that is as large as the table. Here the driver contains the tables, a few hundred bytes
 * each, and a request names one.
 */
#pragma once
#include "microk/types.h"

#define LAYOUT_ROWS 4
#define LAYOUT_NAME_MAX 8

enum layout_level { LEVEL_PLAIN, LEVEL_SHIFT, LEVEL_ALTGR, LEVEL_SHIFT_ALTGR, LAYOUT_LEVELS };

/* U+0300 and on: dead keys. */
#define DEAD_GRAVE "\u0300"
#define DEAD_ACUTE "\u0301"
#define DEAD_CIRCUMFLEX "\u0302"
#define DEAD_TILDE "\u0303"
#define DEAD_DIAERESIS "\u0308"
#define DEAD_RING "\u030a"
#define DEAD_DOUBLE_ACUTE "\u030b"
#define DEAD_CARON "\u030c"
#define DEAD_CEDILLA "\u0327"
#define DEAD_OGONEK "\u0328"
#define DEAD_BREVE "\u0306"
#define DEAD_DOT "\u0307"

struct layout {
	const char *name;  /* "de" */
	const char *title; /* "German" */
	/*
	 * UTF-8; a blank, or the end of the string: no character there. Rows from the top, with the scan codes (set 1)
	 *   0: 29 02 … 0d    the digits' row, 13 keys
	 *   1: 10 … 1b       12 keys
	 *   2: 1e … 28, 2b   12 keys: the last is the one beside Enter
	 *   3: 56, 2c … 35   11 keys: the first is the one beside the left Shift, which US keyboards lack
	 * A layout without the two AltGr levels uses the right Alt key as the left one.
	 */
	const char *level[LAYOUT_LEVELS][LAYOUT_ROWS];
};

/* The layout with a number below layout_count; number 0 is "us". */
const struct layout *layout_at(u32 number);
u32 layout_count(void);
/* The number of the layout of that name; layout_count if there is none. */
u32 layout_find(const char *name);

/* The character of a key, which may be a dead key's; 0 if it has none at that level. `code`: below 0x80. */
u32 layout_character(const struct layout *l, u32 code, enum layout_level level);
bool layout_has_altgr(const struct layout *l);

static inline bool layout_is_dead(u32 character)
{
	return character >= 0x300 && character < 0x370;
}

/* Changes of the terminal's cells: erasing, inserting, deleting, scrolling. */
#pragma once
#include "drivers/console/terminal.h"

/* An erased cell: the pen's background, and no other of its attributes ("back colour erase"). */
struct cell pen_blank(const struct terminal *t);

/* Shows a character at the cursor, and moves it. */
void put_character(struct terminal *t, struct cell *lines, u32 code);
/* Shows a run of characters 0x20 to 0x7e; the same effect as one by one. Returns how many it has shown, at least 1. */
size_t put_run(struct terminal *t, struct cell *lines, const char *bytes, size_t count);

/* ED and EL: 0 from the cursor on, 1 up to it, 2 all; ED 3: the history. */
void erase_in_display(struct terminal *t, u32 which);
void erase_in_line(struct terminal *t, u32 which);
/* ICH, DCH and ECH by their final byte. */
void edit_characters(struct terminal *t, u32 final, u32 count);
/* IL and DL, which have an effect only with the cursor inside the region (VT102). */
void move_lines(struct terminal *t, u32 count, bool delete);

/* Scrolls the region; lines that leave the top of the first screen go to the history. */
void region_scroll_up(struct terminal *t, struct cell *lines, u32 count);

/* One row down or up; at the region's edge the region scrolls. The line that leaves the top of the first screen goes to the
 * history. */
void line_feed(struct terminal *t, struct cell *lines);
void reverse_line_feed(struct terminal *t);

/* DECSTBM: rows first..last, counted from 1, 0 for the screen's own; a region has at least two rows. */
void region_set(struct terminal *t, u32 first, u32 last);

/* DECALN: the screen full of E, a test picture. */
void show_alignment(struct terminal *t);

/* Between screen.c and the two kinds of screen: characters in the adapter's own memory, and pixels. */
#pragma once
#include "microk/types.h"

struct canvas {
	u8 *memory;
	u32 columns, rows; /* of characters; at least one of each */

	/* Each draws one piece, which takes equally long on any screen, from `done` on, which is 0 at first. True: it was
	 * the last. */
	bool (*clear)(const struct canvas *c, u64 *done);
	bool (*draw)(const struct canvas *c, u32 column, u32 row, char character, u32 *done); /* ' ' to '~', inside */

	/* Of pixels only. */
	u32 scale_x, scale_y; /* pixels for each dot of the font */
	u32 ink, ground;      /* values of pixels */
};

/* Whether the display adapter is a VGA that shows colour text just now. */
bool text_is_shown(void);

/* Describes its usual page of text (fb_*), 80 by 25; its physical address. */
u64 text_describe(void);

/* Draw on the screen that fb_* describes, seen at `memory`. False: it is too small, or of a layout that is not known. */
bool text_canvas(struct canvas *c, void *memory);
bool pixel_canvas(struct canvas *c, void *memory);

/* The kernel's font: FONT_ROWS rows of FONT_COLUMNS dots, bit 4 leftmost; the first glyph is a blank. */
#define FONT_COLUMNS 5
#define FONT_ROWS 8
extern const u8 screen_font['~' - ' ' + 1][FONT_ROWS];

/* The seam between render.c and the kinds of screen: how a cell is drawn on each. */
#pragma once
#include "drivers/console/render.h"

struct painter {
	void (*clear)(const struct surface *s); /* fills the whole screen with the background */
	void (*draw)(const struct render *r, u32 row, u32 column, struct cell c);
	u32 cell_width, cell_height; /* in the surface's units */
};

/* The painter for a surface; NULL if its layout is unknown, or if its memory is too small for its size. */
const struct painter *pixel_painter(const struct surface *s);
const struct painter *text_painter(const struct surface *s);

/* The two colours of a cell as RGB, after inverse, hidden and the cursor. */
void cell_colours(struct cell c, u32 *text, u32 *ground);

/* The number of the nearest colour among the first `count` (8 or 16) of VGA text mode. */
u8 vga_nearest(u32 rgb, u32 count);

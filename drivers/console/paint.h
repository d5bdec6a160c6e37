/* Between render.c and the kinds of screen: how a cell gets onto one. */
#pragma once
#include "drivers/console/render.h"

/* Each fills the screen's whole ground, and draws a cell of the grid. */
struct painter {
	void (*clear)(const struct surface *s);
	void (*draw)(const struct render *r, u32 row, u32 column, struct cell c);
	u32 cell_width, cell_height; /* in the surface's units */
};

/* The painter for a surface; NULL if it is of a layout that none can draw, or its memory is smaller than it. */
const struct painter *pixel_painter(const struct surface *s);
const struct painter *text_painter(const struct surface *s);

/* The two colours of a cell as RGB, after inverse, hidden and the cursor. */
void cell_colours(struct cell c, u32 *text, u32 *ground);

/* The nearest of the first `count` (8 or 16) colours of a VGA's text mode, by its number. */
u8 vga_nearest(u32 rgb, u32 count);

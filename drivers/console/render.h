/* Draws a terminal on a linear framebuffer. */
#pragma once
#include "drivers/console/terminal.h"

/* A framebuffer of 32 bits a pixel. */
struct surface {
	void *pixels;        /* 8-byte aligned */
	u64 bytes;           /* mapped there */
	u32 width, height;   /* pixels */
	u32 pitch;           /* bytes from a row to the next */
	u8 red, green, blue; /* bit position of each 8-bit channel */
};

struct render {
	struct surface surface;
	u32 left, top; /* where the first cell lies: the grid is centred */
	u32 columns, rows;
	u32 cursor_row; /* row in which the cursor was drawn last */
	struct cell shadow[GRID_MAX_ROWS][GRID_MAX_COLUMNS]; /* what the screen shows now */
};

/* Checks the surface and fills it with the background. False, and nothing touched, if it is too
 * small for a single cell, larger than what is mapped, or of a layout that cannot be drawn.
 * Then columns and rows say how many cells fit. */
bool render_init(struct render *r, const struct surface *surface);

/* Brings the screen up to date with a terminal of r->columns x r->rows. */
void render_update(struct render *r, struct terminal *t);

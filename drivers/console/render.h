/* Draws a terminal on the screen: a linear framebuffer, or VGA text. */
#pragma once
#include "drivers/console/terminal.h"

/* The screen as microk_info describes it (fb_*). */
struct surface {
	void *pixels;        /* or characters; 2-byte aligned */
	u64 bytes;           /* mapped there */
	u32 width, height;   /* pixels, or characters */
	u32 pitch;           /* bytes from a row to the next */
	u8 kind;             /* enum screen_kind */
	u8 bits;             /* a pixel */
	u8 red, green, blue; /* bit position of each channel */
	u8 red_size, green_size, blue_size; /* and its bits */
};

struct painter;

struct render {
	struct surface surface;
	const struct painter *painter;
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

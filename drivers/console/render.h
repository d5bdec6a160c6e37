/* Draws a terminal on the screen: a linear framebuffer, or VGA text. */
#pragma once
#include "drivers/console/terminal.h"

/* The screen as microk_info describes it (fb_*). */
struct surface {
	void *pixels;        /* or characters; 2-byte aligned */
	u64 bytes;           /* mapped at `pixels` */
	u32 width, height;   /* in pixels, or characters */
	u32 pitch;           /* bytes from one row to the next */
	u8 kind;             /* enum screen_kind */
	u8 bits;             /* of a pixel */
	u8 red, green, blue; /* bit position of each channel */
	u8 red_size, green_size, blue_size; /* bits of each channel */
};

struct painter;

struct render {
	struct surface surface;
	const struct painter *painter;
	u32 left, top; /* where the first cell lies: the grid is centred */
	u32 columns, rows;
	u32 cursor_row; /* row in which the cursor was drawn last */
	struct cell shadow[GRID_MAX_ROWS][GRID_MAX_COLUMNS]; /* the cells on the screen now */
};

/* Checks the surface, fills it with the background, and sets columns and rows to the cells that fit.
 * Returns false and changes nothing if the surface is too small for a single cell, larger than its
 * mapping, or of a layout that cannot be drawn. */
bool render_init(struct render *r, const struct surface *surface);

/* Brings the screen up to date with a terminal of r->columns x r->rows; `lines` is the memory of its history. */
void render_update(struct render *r, struct terminal *t, const struct cell *lines);

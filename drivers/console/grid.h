/* The cells of a terminal: a rectangle of characters in which lines and characters move. */
#pragma once
#include "drivers/console/cell.h"

#define GRID_MAX_COLUMNS 256
#define GRID_MAX_ROWS 100

struct grid {
	u32 columns, rows;           /* 1..GRID_MAX_* */
	u16 line[GRID_MAX_ROWS];     /* screen row -> row of `cells`: a permutation of 0..rows-1 */
	bool dirty[GRID_MAX_ROWS];   /* screen rows changed since the renderer last drew */
	bool touched[GRID_MAX_ROWS]; /* rows of `cells` changed since the last grid_copy from here */
	struct cell *cells;          /* columns * rows of them */
};

/* Sizes are at most GRID_MAX_*, and not 0; every one of the `cells` becomes `blank`. */
void grid_init(struct grid *g, struct cell *cells, u32 columns, u32 rows, struct cell blank);

/* The cells of a screen row; row < rows. To change them, grid_change. */
struct cell *grid_row(struct grid *g, u32 row);
struct cell *grid_change(struct grid *g, u32 row);

/* Fills columns from..to-1 of a row. from <= to <= columns. */
void grid_fill(struct grid *g, u32 row, u32 from, u32 to, struct cell blank);

/* Moves rows top..bottom-1 up (or down) by `count`; rows that come in are blank. */
void grid_scroll_up(struct grid *g, u32 top, u32 bottom, u32 count, struct cell blank);
void grid_scroll_down(struct grid *g, u32 top, u32 bottom, u32 count, struct cell blank);

/* Makes room for (or takes out) `count` characters at a place; the rest of the row moves. */
void grid_insert(struct grid *g, u32 row, u32 column, u32 count, struct cell blank);
void grid_delete(struct grid *g, u32 row, u32 column, u32 count, struct cell blank);

/* A wide character that lies on both sides of the edge before `column` becomes two blanks; column <= columns. */
void grid_split(struct grid *g, u32 row, u32 column);

/* All rows are to be drawn. */
void grid_redraw(struct grid *g);

/* Makes `to` equal to `from`, in its own cells, if it has been equal before the changes of the touched rows. */
void grid_copy(struct grid *to, struct grid *from);

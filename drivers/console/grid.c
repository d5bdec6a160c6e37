/*
 * The grid of cells. A terminal scrolls more than it does anything else, so a row is reached
 * through a table of row numbers, and scrolling rotates the table. Only the cells of the new rows are written. (VGA text
 * consoles such as xv6's and MINIX's move one block of text in memory instead: there the hardware shows that very block.)
 */
#include "drivers/console/grid.h"

void grid_init(struct grid *g, u32 columns, u32 rows, struct cell blank)
{
	g->columns = columns < 1 ? 1 : columns > GRID_MAX_COLUMNS ? GRID_MAX_COLUMNS : columns;
	g->rows = rows < 1 ? 1 : rows > GRID_MAX_ROWS ? GRID_MAX_ROWS : rows;
	for (u32 row = 0; row < g->rows; row++) {
		g->line[row] = (u16)row;
		grid_fill(g, row, 0, g->columns, blank);
	}
}

struct cell *grid_row(struct grid *g, u32 row)
{
	return g->cells[g->line[row]];
}

void grid_fill(struct grid *g, u32 row, u32 from, u32 to, struct cell blank)
{
	struct cell *cells = grid_row(g, row);

	for (u32 column = from; column < to; column++)
		cells[column] = blank;
	g->dirty[row] = true;
}

static void rotate_once(struct grid *g, u32 top, u32 bottom, bool up)
{
	if (up) {
		u16 first = g->line[top];
		for (u32 row = top; row + 1 < bottom; row++)
			g->line[row] = g->line[row + 1];
		g->line[bottom - 1] = first;
	} else {
		u16 last = g->line[bottom - 1];
		for (u32 row = bottom - 1; row > top; row--)
			g->line[row] = g->line[row - 1];
		g->line[top] = last;
	}
}

static void scroll(struct grid *g, u32 top, u32 bottom, u32 count, struct cell blank, bool up)
{
	if (count > bottom - top)
		count = bottom - top;
	for (u32 i = 0; i < count; i++) {
		rotate_once(g, top, bottom, up);
		grid_fill(g, up ? bottom - 1 : top, 0, g->columns, blank);
	}
	for (u32 row = top; row < bottom; row++)
		g->dirty[row] = true;
}

void grid_scroll_up(struct grid *g, u32 top, u32 bottom, u32 count, struct cell blank)
{
	scroll(g, top, bottom, count, blank, true);
}

void grid_scroll_down(struct grid *g, u32 top, u32 bottom, u32 count, struct cell blank)
{
	scroll(g, top, bottom, count, blank, false);
}

void grid_insert(struct grid *g, u32 row, u32 column, u32 count, struct cell blank)
{
	struct cell *cells = grid_row(g, row);

	if (count > g->columns - column)
		count = g->columns - column;
	for (u32 at = g->columns; at > column + count; at--)
		cells[at - 1] = cells[at - 1 - count];
	grid_fill(g, row, column, column + count, blank);
}

void grid_delete(struct grid *g, u32 row, u32 column, u32 count, struct cell blank)
{
	struct cell *cells = grid_row(g, row);

	if (count > g->columns - column)
		count = g->columns - column;
	for (u32 at = column; at + count < g->columns; at++)
		cells[at] = cells[at + count];
	grid_fill(g, row, g->columns - count, g->columns, blank);
}

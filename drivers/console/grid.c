/*
 * The grid of cells. A terminal scrolls more than it does anything else, so a row is reached
 * through a table of row numbers, and scrolling rotates the table. Only the cells of the new rows are written. (VGA text
 * consoles such as xv6's and MINIX's move one block of text in memory instead: there the hardware shows that very block.)
 */
#include "drivers/console/grid.h"

void grid_init(struct grid *g, struct cell *cells, u32 columns, u32 rows, struct cell blank)
{
	g->cells = cells;
	g->columns = columns;
	g->rows = rows;
	for (u32 row = 0; row < rows; row++) {
		g->line[row] = (u16)row;
		g->touched[row] = g->dirty[row] = true;
	}
	for (u32 i = 0; i < columns * rows; i++)
		cells[i] = blank;
}

struct cell *grid_row(struct grid *g, u32 row)
{
	return g->cells + (size_t)g->line[row] * g->columns;
}

struct cell *grid_change(struct grid *g, u32 row)
{
	g->dirty[row] = true;
	g->touched[g->line[row]] = true;
	return grid_row(g, row);
}

void grid_split(struct grid *g, u32 row, u32 column)
{
	if (column == 0 || column >= g->columns || grid_row(g, row)[column].code != CELL_REST)
		return;
	struct cell *cells = grid_change(g, row);
	cells[column].code = ' ';
	cells[column - 1].code = ' ';
	cells[column - 1].attributes &= (u16)~CELL_WIDE;
}

void grid_fill(struct grid *g, u32 row, u32 from, u32 to, struct cell blank)
{
	grid_split(g, row, from);
	grid_split(g, row, to);
	struct cell *cells = grid_change(g, row);
	for (u32 column = from; column < to; column++)
		cells[column] = blank;
}

/* Rotates rows top..bottom-1 of the table by `count` upwards; count < bottom - top. */
static void rotate(struct grid *g, u32 top, u32 bottom, u32 count)
{
	u16 kept[GRID_MAX_ROWS];
	u32 rows = bottom - top;

	for (u32 i = 0; i < rows; i++)
		kept[i] = g->line[top + (i + count) % rows];
	for (u32 i = 0; i < rows; i++)
		g->line[top + i] = kept[i];
}

static void scroll(struct grid *g, u32 top, u32 bottom, u32 count, struct cell blank, bool up)
{
	u32 rows = bottom - top;

	if (count > rows)
		count = rows;
	if (count < rows)
		rotate(g, top, bottom, up ? count : rows - count);
	u32 from = up ? bottom - count : top;
	for (u32 row = from; row < from + count; row++)
		grid_fill(g, row, 0, g->columns, blank);
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
	if (count > g->columns - column)
		count = g->columns - column;
	grid_split(g, row, column);
	grid_split(g, row, g->columns - count);
	struct cell *cells = grid_change(g, row);
	for (u32 at = g->columns; at > column + count; at--)
		cells[at - 1] = cells[at - 1 - count];
	for (u32 at = column; at < column + count; at++)
		cells[at] = blank;
}

void grid_delete(struct grid *g, u32 row, u32 column, u32 count, struct cell blank)
{
	if (count > g->columns - column)
		count = g->columns - column;
	grid_split(g, row, column);
	grid_split(g, row, column + count);
	struct cell *cells = grid_change(g, row);
	for (u32 at = column; at + count < g->columns; at++)
		cells[at] = cells[at + count];
	for (u32 at = g->columns - count; at < g->columns; at++)
		cells[at] = blank;
}

void grid_redraw(struct grid *g)
{
	for (u32 row = 0; row < g->rows; row++)
		g->dirty[row] = true;
}

void grid_copy(struct grid *to, struct grid *from)
{
	for (u32 row = 0; row < from->rows; row++) {
		to->line[row] = from->line[row];
		to->dirty[row] = from->dirty[row];
		if (!from->touched[row])
			continue;
		const struct cell *of = from->cells + (size_t)row * from->columns;
		struct cell *into = to->cells + (size_t)row * from->columns;
		for (u32 column = 0; column < from->columns; column++)
			into[column] = of[column];
		from->touched[row] = false;
	}
	to->columns = from->columns;
	to->rows = from->rows;
}

#include "drivers/console/edit.h"
#include "drivers/console/move.h"
#include "drivers/console/sgr.h"
#include "lib/text/compose.h"
#include "lib/text/width.h"

struct cell pen_blank(const struct terminal *t)
{
	struct cell c = sgr_default();

	c.bg = t->cursor.pen.bg;
	c.attributes = CELL_DEFAULT_FG | (t->cursor.pen.attributes & CELL_DEFAULT_BG);
	return c;
}

/* ---- characters ---- */

#define LINES_FIRST 0x5f /* to 0x7e */

/* DEC special graphics (VT220 Programmer Reference, table 2-4). */
static const u16 line_drawing[] = {
	0x00a0, 0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b,
	0x2518, 0x2510, 0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c,
	0x2524, 0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};

static u32 as_shown(const struct cursor *at, u32 code)
{
	bool is_drawn = at->charset[at->shift] == CHARSET_LINES && code >= LINES_FIRST &&
			code < LINES_FIRST + ARRAY_LEN(line_drawing);

	return is_drawn ? line_drawing[code - LINES_FIRST] : code;
}

/* A mark joins the character before the cursor, if the two have a character of their own; the font has no others. */
static void combine(struct terminal *t, u32 mark)
{
	struct grid *g = terminal_grid(t);
	u32 column = t->cursor.wrap_pending ? t->cursor.column + 1 : t->cursor.column;
	u32 whole =
		column == 0 ? 0 : text_compose(grid_row(g, t->cursor.row)[column - 1].code, mark);

	if (whole)
		grid_change(g, t->cursor.row)[column - 1].code = whole;
}

/* Goes to the next line first, if the last column was written or the character does not fit. */
static void make_room(struct terminal *t, struct cell *lines, u32 width)
{
	u32 columns = terminal_grid(t)->columns;
	bool fits = t->cursor.column + width <= columns;

	if (t->cursor.wrap_pending || (!fits && !t->wrap_off)) {
		t->cursor.column = 0;
		line_feed(t, lines);
	} else if (!fits) {
		t->cursor.column = columns - width;
	}
}

static void advance(struct terminal *t, u32 width)
{
	u32 columns = terminal_grid(t)->columns;

	if (t->cursor.column + width < columns) {
		t->cursor.column += width;
		return;
	}
	t->cursor.column = columns - 1;
	t->cursor.wrap_pending = !t->wrap_off;
}

void put_character(struct terminal *t, struct cell *lines, u32 code)
{
	struct grid *g = terminal_grid(t);
	struct cursor *at = &t->cursor;
	u32 width = code < 0x80 ? 1 : text_width(code);

	if (code >= 0x80 && code < 0xa0)
		return; /* a C1 control */
	if (width == 0) {
		combine(t, code);
		return;
	}
	width = MIN(width, g->columns);
	make_room(t, lines, width);
	if (t->insert)
		grid_insert(g, at->row, at->column, width, pen_blank(t));
	grid_split(g, at->row, at->column);
	grid_split(g, at->row, at->column + width);
	struct cell *cells = grid_change(g, at->row) + at->column;
	cells[0] = at->pen;
	cells[0].code = as_shown(at, code);
	if (width == 2) {
		cells[1] = cells[0];
		cells[1].code = CELL_REST;
		cells[0].attributes |= CELL_WIDE;
	}
	t->last = code;
	advance(t, width);
}

size_t put_run(struct terminal *t, struct cell *lines, const char *bytes, size_t count)
{
	struct grid *g = terminal_grid(t);
	struct cursor *at = &t->cursor;

	if (t->insert || at->charset[at->shift] != CHARSET_TEXT || at->wrap_pending) {
		put_character(t, lines, (u8)bytes[0]);
		return 1;
	}
	u32 fits = (u32)MIN(count, g->columns - at->column);
	grid_split(g, at->row, at->column);
	grid_split(g, at->row, at->column + fits);
	struct cell *cells = grid_change(g, at->row) + at->column, c = at->pen;
	for (u32 i = 0; i < fits; i++) {
		c.code = (u8)bytes[i];
		cells[i] = c;
	}
	t->last = c.code;
	advance(t, fits);
	return fits;
}

/* ---- erasing ---- */

static void erase_rows(struct terminal *t, u32 from, u32 to)
{
	struct grid *g = terminal_grid(t);

	for (u32 row = from; row < to; row++)
		grid_fill(g, row, 0, g->columns, pen_blank(t));
}

void erase_in_line(struct terminal *t, u32 which)
{
	struct grid *g = terminal_grid(t);
	u32 from = which == 0 ? t->cursor.column : 0;
	u32 to = which == 1 ? t->cursor.column + 1 : g->columns;

	if (which <= 2)
		grid_fill(g, t->cursor.row, from, to, pen_blank(t));
	t->cursor.wrap_pending = false;
}

void erase_in_display(struct terminal *t, u32 which)
{
	u32 rows = terminal_grid(t)->rows;

	if (which == 0)
		erase_rows(t, t->cursor.row + 1, rows);
	else if (which == 1)
		erase_rows(t, 0, t->cursor.row);
	else if (which == 2)
		erase_rows(t, 0, rows);
	else if (which == 3)
		history_clear(&t->history);
	if (which <= 1)
		erase_in_line(t, which);
	t->cursor.wrap_pending = false;
}

/* ---- inserting and deleting ---- */

void edit_characters(struct terminal *t, u32 final, u32 count)
{
	struct grid *g = terminal_grid(t);
	u32 row = t->cursor.row, column = t->cursor.column;

	if (final == '@')
		grid_insert(g, row, column, count, pen_blank(t));
	else if (final == 'P')
		grid_delete(g, row, column, count, pen_blank(t));
	else
		grid_fill(g, row, column, column + MIN(count, g->columns - column), pen_blank(t));
	t->cursor.wrap_pending = false;
}

void move_lines(struct terminal *t, u32 count, bool delete)
{
	struct grid *g = terminal_grid(t);

	if (t->cursor.row < t->top || t->cursor.row >= t->bottom)
		return;
	if (delete)
		grid_scroll_up(g, t->cursor.row, t->bottom, count, pen_blank(t));
	else
		grid_scroll_down(g, t->cursor.row, t->bottom, count, pen_blank(t));
	cursor_place(t, 0, t->cursor.row);
}

/* ---- the region ---- */

/* A view into the past stays at its lines, as long as these exist. */
static void keep_line(struct terminal *t, struct cell *lines, u32 row)
{
	history_add(&t->history, lines, grid_row(terminal_grid(t), row));
	if (t->view > 0 && t->view < history_lines(&t->history))
		t->view++;
}

void region_scroll_up(struct terminal *t, struct cell *lines, u32 count)
{
	count = MIN(count, t->bottom - t->top);
	if (t->top == 0 && !t->alternate)
		for (u32 row = 0; row < count; row++)
			keep_line(t, lines, row);
	grid_scroll_up(terminal_grid(t), t->top, t->bottom, count, pen_blank(t));
}

void region_set(struct terminal *t, u32 first, u32 last)
{
	u32 rows = terminal_grid(t)->rows;
	u32 top = first ? first - 1 : 0, bottom = last ? MIN(last, rows) : rows;

	if (top + 2 > bottom)
		return;
	t->top = top;
	t->bottom = bottom;
	cursor_address(t, 0, 0);
}

void show_alignment(struct terminal *t)
{
	struct grid *g = terminal_grid(t);
	struct cell e = sgr_default();

	e.code = 'E';
	for (u32 row = 0; row < g->rows; row++)
		grid_fill(g, row, 0, g->columns, e);
	t->top = 0;
	t->bottom = g->rows;
	t->cursor.origin = false;
	cursor_place(t, 0, 0);
}

/* ---- lines ---- */

void line_feed(struct terminal *t, struct cell *lines)
{
	if (t->cursor.row + 1 == t->bottom)
		region_scroll_up(t, lines, 1);
	else
		cursor_down(t, 1);
	t->cursor.wrap_pending = false;
}

void reverse_line_feed(struct terminal *t)
{
	if (t->cursor.row == t->top)
		grid_scroll_down(terminal_grid(t), t->top, t->bottom, 1, pen_blank(t));
	else
		cursor_up(t, 1);
	t->cursor.wrap_pending = false;
}

/*
 * The renderer. A framebuffer's cost is its pixels: reading them back is slow on real hardware
 * (the memory is mapped write-combining), and a screen of them is megabytes. Two ways were
 * weighed: scrolling by moving pixels, as simple consoles do, and a shadow of the cells on screen
 * (Linux's fbcon, and tmux for terminals). The shadow was chosen. Cells of dirty rows are compared
 * with the shadow, and only those that differ are drawn. A scrolled screen of text is mostly
 * blanks over blanks, so it costs only the text. Pixels are never read. The cursor is an attribute
 * of the shadow's cell and needs no case of its own.
 */
#include "drivers/console/render.h"
#include "drivers/console/paint.h"
#include "drivers/console/palette.h"
#include "microk/info.h"

static u32 at_most(u32 value, u32 limit)
{
	return value < limit ? value : limit;
}

static const struct painter *find_painter(const struct surface *s)
{
	if (!s->pixels || !s->pitch)
		return NULL;
	switch (s->kind) {
	case SCREEN_RGB:
	case SCREEN_INDEXED: return pixel_painter(s);
	case SCREEN_TEXT: return text_painter(s);
	}
	return NULL;
}

bool render_init(struct render *r, const struct surface *s)
{
	static const struct cell blank = {
		.code = ' ', .attributes = CELL_DEFAULT_FG | CELL_DEFAULT_BG};

	const struct painter *painter = find_painter(s);
	if (!painter || s->width < painter->cell_width || s->height < painter->cell_height)
		return false;
	r->surface = *s;
	r->painter = painter;
	r->columns = at_most(s->width / painter->cell_width, GRID_MAX_COLUMNS);
	r->rows = at_most(s->height / painter->cell_height, GRID_MAX_ROWS);
	r->left = (s->width - r->columns * painter->cell_width) / 2 &
		  ~1u; /* even, for 8-byte stores */
	r->top = (s->height - r->rows * painter->cell_height) / 2;
	r->cursor_row = 0;
	for (u32 row = 0; row < r->rows; row++)
		for (u32 column = 0; column < r->columns; column++)
			r->shadow[row][column] = blank;
	painter->clear(s);
	return true;
}

static u32 text_rgb(struct cell c)
{
	bool bold = c.attributes & CELL_BOLD;
	u32 rgb;

	if (c.attributes & CELL_DEFAULT_FG)
		rgb = bold ? PALETTE_TEXT_BOLD : PALETTE_TEXT;
	else
		rgb = palette_rgb(bold && c.fg < 8 ? c.fg + 8 : c.fg);
	return c.attributes & CELL_DIM ? (rgb >> 1 & 0x7f7f7f) + (rgb >> 3 & 0x1f1f1f)
				       : rgb; /* five eighths */
}

void cell_colours(struct cell c, u32 *text, u32 *ground)
{
	*text = text_rgb(c);
	*ground = c.attributes & CELL_DEFAULT_BG ? PALETTE_BACKGROUND : palette_rgb(c.bg);
	if (c.attributes & CELL_HIDDEN)
		*text = *ground;
	bool swap = !(c.attributes & CELL_INVERSE) != !(c.attributes & CELL_CURSOR);
	if (swap) {
		u32 kept = *text;
		*text = *ground;
		*ground = kept;
	}
}

/* The cursor's row as a person sees it: below the screen's edge, if the view is far enough back. */
static u32 cursor_row(const struct terminal *t)
{
	return t->cursor.row + t->view;
}

static void update_row(struct render *r, struct terminal *t, const struct cell *lines, u32 row)
{
	const struct cell *cells = terminal_row(t, lines, row);
	bool has_cursor = row == cursor_row(t) && !t->cursor_hidden;
	struct cell *shadow = r->shadow[row];
	u16 exchange = t->reverse ? CELL_INVERSE : 0;

	for (u32 column = 0; column < r->columns; column++) {
		struct cell c = cells[column];
		c.attributes ^= exchange;
		if (has_cursor && column == t->cursor.column)
			c.attributes |= CELL_CURSOR;
		if (cell_equal(c, shadow[column]))
			continue;
		shadow[column] = c;
		r->painter->draw(r, row, column, c);
	}
	terminal_grid(t)->dirty[row] = false;
}

void render_update(struct render *r, struct terminal *t, const struct cell *lines)
{
	struct grid *g = terminal_grid(t);
	u32 rows = at_most(r->rows, g->rows);

	if (t->view > 0)
		grid_redraw(g); /* rows of the grid are not those of the screen */
	g->dirty[r->cursor_row] = true;
	r->cursor_row = at_most(cursor_row(t), rows - 1);
	g->dirty[r->cursor_row] = true;
	for (u32 row = 0; row < rows; row++)
		if (g->dirty[row])
			update_row(r, t, lines, row);
}

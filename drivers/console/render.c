/*
 * The renderer. What costs on a framebuffer is touching pixels: reading them back is slow on real
 * hardware (the memory is mapped write-combining), and all of them are megabytes. Two ways were
 * weighed: scrolling by moving pixels, as simple consoles do, and Linux's way with a shadow of
 * the cells on screen (fbcon's, and tmux's for terminals). Here it is the shadow: rows marked
 * dirty are compared cell by cell with what was drawn, and only cells that differ are drawn. A
 * scrolled screen of text is mostly blanks over blanks, so it costs the text and no more; pixels
 * are never read. The cursor is an attribute of the shadow's cell, and so needs no case of its own.
 */
#include "drivers/console/render.h"
#include "drivers/console/font.h"
#include "drivers/console/palette.h"

static u32 pixel_of(const struct surface *s, u32 rgb)
{
	return (rgb >> 16 & 0xff) << s->red | (rgb >> 8 & 0xff) << s->green |
	       (rgb & 0xff) << s->blue;
}

static bool surface_usable(const struct surface *s)
{
	bool aligned = ((uintptr_t)s->pixels | s->pitch) % 8 == 0;
	bool fits = s->pitch / 4 >= s->width && s->bytes / s->pitch >= s->height;
	return s->pixels && aligned && s->pitch > 0 && fits && s->width >= FONT_WIDTH &&
	       s->height >= FONT_HEIGHT && s->red <= 24 && s->green <= 24 && s->blue <= 24;
}

static void surface_clear(const struct surface *s)
{
	u32 background = pixel_of(s, PALETTE_BACKGROUND);
	u64 pair = (u64)background << 32 | background;

	for (u32 y = 0; y < s->height; y++) {
		u64 *row = (u64 *)((u8 *)s->pixels + (u64)y * s->pitch);
		for (u32 x = 0; x < s->width / 2; x++)
			row[x] = pair;
		if (s->width % 2)
			((u32 *)row)[s->width - 1] = background;
	}
}

static u32 at_most(u32 value, u32 limit)
{
	return value < limit ? value : limit;
}

bool render_init(struct render *r, const struct surface *s)
{
	static const struct cell blank = {.code = ' ',
					  .attributes = CELL_DEFAULT_FG | CELL_DEFAULT_BG};

	if (s->pitch == 0 || !surface_usable(s))
		return false;
	r->surface = *s;
	r->columns = at_most(s->width / FONT_WIDTH, GRID_MAX_COLUMNS);
	r->rows = at_most(s->height / FONT_HEIGHT, GRID_MAX_ROWS);
	r->left = (s->width - r->columns * FONT_WIDTH) / 2 & ~1u; /* even, for 8-byte stores */
	r->top = (s->height - r->rows * FONT_HEIGHT) / 2;
	r->cursor_row = 0;
	for (u32 row = 0; row < r->rows; row++)
		for (u32 column = 0; column < r->columns; column++)
			r->shadow[row][column] = blank;
	surface_clear(s);
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

/* The two colours of a cell after inverse, hidden and the cursor. */
static void cell_colours(struct cell c, u32 *text, u32 *ground)
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

/* Two pixels are stored at a time, chosen by two bits of the glyph's row. */
static void draw_cell(const struct render *r, u32 row, u32 column, struct cell c)
{
	const struct surface *s = &r->surface;
	const u8 *glyph = font_glyph(c.code, c.attributes & CELL_BOLD);
	u64 y = r->top + row * FONT_HEIGHT, x = r->left + column * FONT_WIDTH;
	u8 *to = (u8 *)s->pixels + y * s->pitch + x * 4;
	u32 text, ground;

	cell_colours(c, &text, &ground);
	u64 one = pixel_of(s, text), zero = pixel_of(s, ground);
	/* The left pixel, the higher bit, lies at the lower address. */
	const u64 pairs[4] = {zero << 32 | zero, one << 32 | zero, zero << 32 | one,
			      one << 32 | one};

	for (u32 line = 0; line < FONT_HEIGHT; line++, to += s->pitch) {
		u8 bits = glyph[line];
		if (line == FONT_HEIGHT - 2 && c.attributes & CELL_UNDERLINE)
			bits = 0xff;
		u64 *pixels = (u64 *)to;
		pixels[0] = pairs[bits >> 6];
		pixels[1] = pairs[bits >> 4 & 3];
		pixels[2] = pairs[bits >> 2 & 3];
		pixels[3] = pairs[bits & 3];
	}
}

static void update_row(struct render *r, struct terminal *t, u32 row)
{
	const struct cell *cells = grid_row(&t->grid, row);
	bool has_cursor = row == t->cursor.row && !t->cursor_hidden;
	struct cell *shadow = r->shadow[row];

	for (u32 column = 0; column < r->columns; column++) {
		struct cell c = cells[column];
		if (has_cursor && column == t->cursor.column)
			c.attributes |= CELL_CURSOR;
		if (cell_equal(c, shadow[column]))
			continue;
		shadow[column] = c;
		draw_cell(r, row, column, c);
	}
	t->grid.dirty[row] = false;
}

void render_update(struct render *r, struct terminal *t)
{
	u32 rows = at_most(r->rows, t->grid.rows);

	t->grid.dirty[r->cursor_row] = true;
	t->grid.dirty[t->cursor.row] = true;
	r->cursor_row = t->cursor.row;
	for (u32 row = 0; row < rows; row++)
		if (t->grid.dirty[row])
			update_row(r, t, row);
}

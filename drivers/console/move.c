#include "drivers/console/move.h"

#define TAB_WIDTH 8

void cursor_place(struct terminal *t, u32 column, u32 row)
{
	const struct grid *g = terminal_grid(t);

	t->cursor.column = MIN(column, g->columns - 1);
	t->cursor.row = MIN(row, g->rows - 1);
	t->cursor.wrap_pending = false;
}

void cursor_address(struct terminal *t, u32 column, u32 row)
{
	if (t->cursor.origin)
		row = MIN(row + t->top, t->bottom - 1);
	cursor_place(t, column, row);
}

void cursor_up(struct terminal *t, u32 count)
{
	u32 limit = t->cursor.row >= t->top ? t->top : 0;

	cursor_place(t, t->cursor.column, t->cursor.row - MIN(count, t->cursor.row - limit));
}

void cursor_down(struct terminal *t, u32 count)
{
	u32 last = terminal_grid(t)->rows - 1;
	u32 limit = t->cursor.row < t->bottom ? t->bottom - 1 : last;

	cursor_place(t, t->cursor.column, t->cursor.row + MIN(count, limit - t->cursor.row));
}

void cursor_left(struct terminal *t, u32 count)
{
	cursor_place(t, t->cursor.column - MIN(count, t->cursor.column), t->cursor.row);
}

void cursor_right(struct terminal *t, u32 count)
{
	cursor_place(t, t->cursor.column + count, t->cursor.row);
}

/* ---- tab stops ---- */

static bool is_tab(const struct terminal *t, u32 column)
{
	return t->tabs[column / 64] >> column % 64 & 1;
}

void cursor_tab(struct terminal *t, u32 count)
{
	u32 last = terminal_grid(t)->columns - 1, column = t->cursor.column;

	while (count > 0 && column < last)
		count -= is_tab(t, ++column);
	cursor_place(t, column, t->cursor.row);
}

void cursor_tab_back(struct terminal *t, u32 count)
{
	u32 column = t->cursor.column;

	while (count > 0 && column > 0)
		count -= is_tab(t, --column);
	cursor_place(t, column, t->cursor.row);
}

void tabs_reset(struct terminal *t)
{
	for (u32 column = 0; column < GRID_MAX_COLUMNS; column += 64)
		t->tabs[column / 64] = 0x0101010101010101ul; /* every TAB_WIDTH columns */
	_Static_assert(TAB_WIDTH == 8, "a bit in each byte");
}

void tab_set(struct terminal *t, bool set)
{
	u64 bit = 1ul << t->cursor.column % 64, *word = &t->tabs[t->cursor.column / 64];

	*word = set ? *word | bit : *word & ~bit;
}

void tabs_clear(struct terminal *t, u32 what)
{
	if (what == 0)
		tab_set(t, false);
	if (what == 3)
		for (u32 i = 0; i < TERMINAL_TAB_WORDS; i++)
			t->tabs[i] = 0;
}

/* ---- saved places ---- */

void cursor_save(struct terminal *t)
{
	t->saved[t->alternate] = t->cursor;
}

void cursor_restore(struct terminal *t)
{
	t->cursor = t->saved[t->alternate];
}

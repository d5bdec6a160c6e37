#include "drivers/console/terminal.h"

size_t terminal_answer_take(struct terminal *t, char to[TERMINAL_ANSWER_MAX])
{
	u32 length = t->answer_length;

	for (u32 i = 0; i < length; i++)
		to[i] = t->answer[i];
	t->answer_length = 0;
	return length;
}

/* ---- the view ---- */

bool terminal_view(struct terminal *t, i64 lines)
{
	i64 most = t->alternate ? 0 : (i64)history_lines(&t->history), view = (i64)t->view + lines;
	u32 limited = view < 0 ? 0 : view > most ? (u32)most : (u32)view;

	if (limited == t->view)
		return false;
	t->view = limited;
	grid_redraw(terminal_grid(t));
	return true;
}

const struct cell *terminal_row(const struct terminal *t, const struct cell *lines, u32 row)
{
	const struct grid *g = terminal_shown(t);
	u32 back = MIN(t->view, history_lines(&t->history));

	if (row < back)
		return history_line(&t->history, lines, back - row);
	return g->cells + (size_t)g->line[row - back] * g->columns;
}

void terminal_copy(struct terminal *to, struct terminal *from)
{
	u8 *into = (u8 *)to;
	const u8 *of = (const u8 *)from;

	for (size_t i = 0; i < offsetof(struct terminal, screen); i++)
		into[i] = of[i];
	grid_copy(&to->screen[0], &from->screen[0]);
	grid_copy(&to->screen[1], &from->screen[1]);
}

/* ---- another instance's ---- */

static bool grid_is_sound(const struct grid *g, u32 columns, u32 rows)
{
	bool seen[GRID_MAX_ROWS] = {false};

	if (g->columns != columns || g->rows != rows)
		return false;
	for (u32 row = 0; row < g->rows; row++) {
		if (g->line[row] >= g->rows || seen[g->line[row]])
			return false;
		seen[g->line[row]] = true;
	}
	return true;
}

static bool cursor_is_sound(const struct cursor *c, const struct grid *g)
{
	return c->column < g->columns && c->row < g->rows && c->shift <= 1;
}

static bool parser_is_sound(const struct parser *p)
{
	return (u32)p->state <= PARSE_STRING_ESCAPE && p->utf8.pending < UTF8_BYTES_MAX;
}

bool terminal_is_sound(const struct terminal *t, u32 columns, u32 rows, u64 cells)
{
	const struct grid *g = &t->screen[0];
	struct history h;

	if (!grid_is_sound(g, columns, rows) || !grid_is_sound(&t->screen[1], columns, rows))
		return false;
	history_init(&h, g->columns, cells);
	return cursor_is_sound(&t->cursor, g) && cursor_is_sound(&t->saved[0], g) &&
	       cursor_is_sound(&t->saved[1], g) && t->top < t->bottom && t->bottom <= g->rows &&
	       t->answer_length <= TERMINAL_ANSWER_MAX && parser_is_sound(&t->parser) &&
	       t->history.columns == h.columns && t->history.most == h.most &&
	       t->history.next - t->history.first <= h.most;
}

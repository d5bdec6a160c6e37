/*
 * The terminal: the effect of each character, control and escape sequence on the screen.
 *
 * Weighed: a terminal of our own invention with just the few sequences that the shell needs (as
 * hobby systems have it), or the VT100 subset that ncurses and every program expects (as Linux's
 * vt.c and QNX's devc-con have it). The second was chosen: programs from other systems must run unchanged.
 * Sources: DEC VT100 User Guide, chapter 3; ECMA-48, 8.3; xterm's ctlseqs for later sequences.
 * Tab stops are fixed, every 8 columns.
 */
#include "drivers/console/terminal.h"
#include "drivers/console/sgr.h"

#define TAB_WIDTH 8

/* Erased cells keep the pen's background and nothing else ("back colour erase"). */
static struct cell blank(const struct terminal *t)
{
	struct cell c = sgr_default();

	c.bg = t->cursor.pen.bg;
	c.attributes = CELL_DEFAULT_FG | (t->cursor.pen.attributes & CELL_DEFAULT_BG);
	return c;
}

static void terminal_reset(struct terminal *t)
{
	t->cursor = (struct cursor){.pen = sgr_default()};
	t->saved = t->cursor;
	t->top = 0;
	t->bottom = t->grid.rows;
	t->cursor_hidden = t->wrap_off = t->insert = false;
	t->answer_length = 0;
}

void terminal_init(struct terminal *t, u32 columns, u32 rows)
{
	t->parser = (struct parser){0};
	t->mute = false;
	grid_init(&t->grid, columns, rows, sgr_default());
	terminal_reset(t);
}

/* ---- the cursor ---- */

static void cursor_place(struct terminal *t, u32 column, u32 row)
{
	t->cursor.column = column < t->grid.columns ? column : t->grid.columns - 1;
	t->cursor.row = row < t->grid.rows ? row : t->grid.rows - 1;
	t->cursor.wrap_pending = false;
}

/* Up and down stop at the region's edge if the cursor starts inside it (VT100: CUU, CUD). */
static void cursor_up(struct terminal *t, u32 count)
{
	u32 limit = t->cursor.row >= t->top ? t->top : 0;
	u32 room = t->cursor.row - limit;

	cursor_place(t, t->cursor.column, t->cursor.row - (count < room ? count : room));
}

static void cursor_down(struct terminal *t, u32 count)
{
	u32 limit = t->cursor.row < t->bottom ? t->bottom - 1 : t->grid.rows - 1;
	u32 room = limit - t->cursor.row;

	cursor_place(t, t->cursor.column, t->cursor.row + (count < room ? count : room));
}

static void cursor_left(struct terminal *t, u32 count)
{
	u32 column = t->cursor.column;

	cursor_place(t, column > count ? column - count : 0, t->cursor.row);
}

static void line_feed(struct terminal *t)
{
	if (t->cursor.row + 1 == t->bottom)
		grid_scroll_up(&t->grid, t->top, t->bottom, 1, blank(t));
	else
		cursor_down(t, 1);
	t->cursor.wrap_pending = false;
}

static void reverse_line_feed(struct terminal *t)
{
	if (t->cursor.row == t->top)
		grid_scroll_down(&t->grid, t->top, t->bottom, 1, blank(t));
	else
		cursor_up(t, 1);
	t->cursor.wrap_pending = false;
}

static void cursor_restore(struct terminal *t)
{
	t->cursor = t->saved;
}

/* ---- characters and controls ---- */

/* Marks that combine with the character before them, and invisible ones: they take no cell. */
static bool has_no_width(u32 code)
{
	return (code >= 0x80 && code < 0xa0) || (code >= 0x300 && code < 0x370) ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0xfe00 && code <= 0xfe0f) ||
	       code == 0xfeff;
}

static void put(struct terminal *t, u32 code)
{
	struct cursor *at = &t->cursor;

	if (has_no_width(code))
		return;
	if (at->wrap_pending) {
		at->column = 0;
		line_feed(t);
	}
	if (t->insert)
		grid_insert(&t->grid, at->row, at->column, 1, blank(t));
	struct cell c = at->pen;
	c.code = code;
	grid_row(&t->grid, at->row)[at->column] = c;
	t->grid.dirty[at->row] = true;
	if (at->column + 1 < t->grid.columns)
		at->column++;
	else
		at->wrap_pending = !t->wrap_off;
}

static void control(struct terminal *t, u32 code)
{
	switch (code) {
	case '\b': cursor_left(t, 1); break;
	case '\t':
		cursor_place(t, (t->cursor.column / TAB_WIDTH + 1) * TAB_WIDTH, t->cursor.row);
		break;
	case '\n':
	case '\v':
	case '\f': line_feed(t); break;
	case '\r': cursor_place(t, 0, t->cursor.row); break;
	}
}

/* ---- escape sequences ---- */

static void escape(struct terminal *t, const struct parser *p)
{
	if (p->intermediate != 0)
		return; /* character sets and the like: everything is UTF-8 here */
	switch (p->code) {
	case '7': t->saved = t->cursor; break;
	case '8': cursor_restore(t); break;
	case 'D': line_feed(t); break;
	case 'E':
		t->cursor.column = 0;
		line_feed(t);
		break;
	case 'M': reverse_line_feed(t); break;
	case 'c':
		terminal_reset(t);
		grid_init(&t->grid, t->grid.columns, t->grid.rows, blank(t));
		break;
	}
}

static void erase_rows(struct terminal *t, u32 from, u32 to)
{
	for (u32 row = from; row < to; row++)
		grid_fill(&t->grid, row, 0, t->grid.columns, blank(t));
}

static void erase_in_line(struct terminal *t, u32 what)
{
	u32 from = what == 0 ? t->cursor.column : 0;
	u32 to = what == 1 ? t->cursor.column + 1 : t->grid.columns;

	if (what <= 2)
		grid_fill(&t->grid, t->cursor.row, from, to, blank(t));
	t->cursor.wrap_pending = false;
}

static void erase_in_display(struct terminal *t, u32 what)
{
	if (what == 0)
		erase_rows(t, t->cursor.row + 1, t->grid.rows);
	else if (what == 1)
		erase_rows(t, 0, t->cursor.row);
	else if (what == 2 || what == 3)
		erase_rows(t, 0, t->grid.rows);
	if (what <= 1)
		erase_in_line(t, what);
	t->cursor.wrap_pending = false;
}

static void answer(struct terminal *t, const char *text)
{
	u32 length = t->answer_length;

	while (*text && length < TERMINAL_ANSWER_MAX)
		t->answer[length++] = *text++;
	if (*text == 0)
		t->answer_length = length; /* an answer that does not fit whole is dropped */
}

/* NOLINTNEXTLINE(misc-no-recursion): ten digits at most */
static char *put_number(char *to, u32 value)
{
	if (value >= 10)
		to = put_number(to, value / 10);
	*to = (char)('0' + value % 10);
	return to + 1;
}

static void report_cursor(struct terminal *t)
{
	char text[32] = "\033[", *end = put_number(text + 2, t->cursor.row + 1);

	*end++ = ';';
	end = put_number(end, t->cursor.column + 1);
	*end++ = 'R';
	*end = 0;
	answer(t, text);
}

static void report(struct terminal *t, const struct parser *p)
{
	if (t->mute)
		return;
	if (p->code == 'c' && p->param[0] == 0)
		answer(t, "\033[?6c"); /* a VT102 (DA) */
	else if (p->code == 'n' && p->param[0] == 5)
		answer(t, "\033[0n"); /* no fault (DSR) */
	else if (p->code == 'n' && p->param[0] == 6)
		report_cursor(t);
}

static void private_mode(struct terminal *t, const struct parser *p)
{
	bool set = p->code == 'h';

	for (u32 i = 0; i < p->params; i++) {
		if (p->param[i] == 7)
			t->wrap_off = !set;
		else if (p->param[i] == 25)
			t->cursor_hidden = !set;
	}
	if (t->wrap_off)
		t->cursor.wrap_pending = false;
}

/* DECSTBM: rows param[0] to param[1], counted from 1; a region has at least two rows. */
static void set_region(struct terminal *t, const struct parser *p)
{
	u32 top = p->param[0] ? p->param[0] - 1u : 0;
	u32 bottom = p->param[1] && p->param[1] < t->grid.rows ? p->param[1] : t->grid.rows;

	if (top + 2 > bottom)
		return;
	t->top = top;
	t->bottom = bottom;
	cursor_place(t, 0, 0);
}

/* Lines are inserted and deleted only with the cursor inside the region (VT102: IL, DL). */
static void move_lines(struct terminal *t, u32 count, bool delete)
{
	if (t->cursor.row < t->top || t->cursor.row >= t->bottom)
		return;
	if (delete)
		grid_scroll_up(&t->grid, t->cursor.row, t->bottom, count, blank(t));
	else
		grid_scroll_down(&t->grid, t->cursor.row, t->bottom, count, blank(t));
	cursor_place(t, 0, t->cursor.row);
}

static void edit_characters(struct terminal *t, u32 code, u32 count)
{
	u32 row = t->cursor.row, column = t->cursor.column, room = t->grid.columns - column;

	if (code == '@')
		grid_insert(&t->grid, row, column, count, blank(t));
	else if (code == 'P')
		grid_delete(&t->grid, row, column, count, blank(t));
	else
		grid_fill(&t->grid, row, column, column + (count < room ? count : room), blank(t));
	t->cursor.wrap_pending = false;
}

static void csi_plain(struct terminal *t, const struct parser *p)
{
	u32 n = p->param[0] ? p->param[0] : 1; /* as a count or a position, where 0 means 1 */
	u32 second = p->param[1] ? p->param[1] : 1;
	struct cursor *at = &t->cursor;

	switch (p->code) {
	case 'A': cursor_up(t, n); break;
	case 'B':
	case 'e': cursor_down(t, n); break;
	case 'C':
	case 'a': cursor_place(t, at->column + n, at->row); break;
	case 'D': cursor_left(t, n); break;
	case 'E':
		cursor_down(t, n);
		at->column = 0;
		break;
	case 'F':
		cursor_up(t, n);
		at->column = 0;
		break;
	case 'G':
	case '`': cursor_place(t, n - 1, at->row); break;
	case 'H':
	case 'f': cursor_place(t, second - 1, n - 1); break;
	case 'I': cursor_place(t, (at->column / TAB_WIDTH + n) * TAB_WIDTH, at->row); break;
	case 'J': erase_in_display(t, p->param[0]); break;
	case 'K': erase_in_line(t, p->param[0]); break;
	case 'L': move_lines(t, n, false); break;
	case 'M': move_lines(t, n, true); break;
	case '@':
	case 'P':
	case 'X': edit_characters(t, p->code, n); break;
	case 'S': grid_scroll_up(&t->grid, t->top, t->bottom, n, blank(t)); break;
	case 'T': grid_scroll_down(&t->grid, t->top, t->bottom, n, blank(t)); break;
	case 'Z':
		cursor_left(
			t, at->column ? (at->column - 1) % TAB_WIDTH + 1 + (n - 1) * TAB_WIDTH : 0);
		break;
	case 'c':
	case 'n': report(t, p); break;
	case 'd': cursor_place(t, at->column, n - 1); break;
	case 'h':
	case 'l':
		if (p->param[0] == 4)
			t->insert = p->code == 'h';
		break;
	case 'm': sgr_apply(&at->pen, p); break;
	case 'r': set_region(t, p); break;
	case 's': t->saved = *at; break;
	case 'u': cursor_restore(t); break;
	}
}

static void csi(struct terminal *t, const struct parser *p)
{
	if (p->intermediate != 0)
		return;
	if (p->marker == 0)
		csi_plain(t, p);
	else if (p->marker == '?' && (p->code == 'h' || p->code == 'l'))
		private_mode(t, p);
}

void terminal_write(struct terminal *t, const char *bytes, size_t count)
{
	struct parser *p = &t->parser;

	for (size_t i = 0; i < count; i++) {
		do {
			switch (parser_feed(p, (u8)bytes[i])) {
			case PARSER_PRINT: put(t, p->code); break;
			case PARSER_CONTROL: control(t, p->code); break;
			case PARSER_ESCAPE: escape(t, p); break;
			case PARSER_CSI: csi(t, p); break;
			case PARSER_NONE: break;
			}
		} while (p->again);
	}
}

size_t terminal_answer_take(struct terminal *t, char to[TERMINAL_ANSWER_MAX])
{
	u32 length = t->answer_length;

	for (u32 i = 0; i < length; i++)
		to[i] = t->answer[i];
	t->answer_length = 0;
	return length;
}

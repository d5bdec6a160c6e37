/* Which function acts for each character, control and sequence. */
#include "drivers/console/emulate.h"
#include "drivers/console/answer.h"
#include "drivers/console/edit.h"
#include "drivers/console/mode.h"
#include "drivers/console/move.h"
#include "drivers/console/sgr.h"

#define REPEAT_MAX                                                                                 \
	(GRID_MAX_COLUMNS * GRID_MAX_ROWS) /* REP beyond a whole screen shows nothing new */

void terminal_init(struct terminal *t, struct cell *cells, u32 columns, u32 rows)
{
	t->parser = (struct parser){0};
	t->mute = t->alternate = false;
	history_init(&t->history, 0, 0);
	t->screen[0] = (struct grid){.cells = cells, .columns = columns, .rows = rows};
	t->screen[1] = (struct grid){
		.cells = cells + (size_t)columns * rows, .columns = columns, .rows = rows};
	reset_hard(t);
}

/* ---- controls and escapes ---- */

static void line_end(struct terminal *t, struct cell *lines, bool return_too)
{
	if (return_too)
		cursor_place(t, 0, t->cursor.row);
	line_feed(t, lines);
}

static void control(struct terminal *t, struct cell *lines, u32 code)
{
	t->last = 0;
	switch (code) {
	case '\b': cursor_left(t, 1); break;
	case '\t': cursor_tab(t, 1); break;
	case '\n':
	case '\v':
	case '\f': line_end(t, lines, t->new_line); break;
	case '\r': cursor_place(t, 0, t->cursor.row); break;
	case 0x0e: t->cursor.shift = 1; break; /* SO */
	case 0x0f: t->cursor.shift = 0; break; /* SI */
	}
}

/* Sets of other countries count as ASCII: text is UTF-8 here. */
static void set_charset(struct terminal *t, u32 which, u32 final)
{
	t->cursor.charset[which] = final == '0' || final == '2' ? CHARSET_LINES : CHARSET_TEXT;
}

static void escape_with(struct terminal *t, const struct parser *p)
{
	switch (p->intermediate) {
	case '(': set_charset(t, 0, p->code); break;
	case ')': set_charset(t, 1, p->code); break;
	case '#':
		if (p->code == '8')
			show_alignment(t);
		break;
	}
}

static void escape(struct terminal *t, struct cell *lines, const struct parser *p)
{
	t->last = 0;
	if (p->intermediate != 0) {
		escape_with(t, p);
		return;
	}
	switch (p->code) {
	case '7': cursor_save(t); break;
	case '8': cursor_restore(t); break;
	case '=': t->application_keypad = true; break;
	case '>': t->application_keypad = false; break;
	case 'D': line_end(t, lines, false); break;
	case 'E': line_end(t, lines, true); break;
	case 'H': tab_set(t, true); break;
	case 'M': reverse_line_feed(t); break;
	case 'Z': answer_attributes(t); break;
	case 'c': reset_hard(t); break;
	}
}

/* ---- control sequences ---- */

static void repeat(struct terminal *t, struct cell *lines, u32 count)
{
	u32 last = t->last;

	for (count = MIN(count, REPEAT_MAX); last && count > 0; count--)
		put_character(t, lines, last);
}

static void to_column(struct terminal *t, u32 column)
{
	cursor_place(t, column, t->cursor.row);
}

/* The cursor's sequences. False: it is not one of them. */
static bool csi_cursor(struct terminal *t, u32 final, u32 n, u32 second)
{
	u32 column = t->cursor.column, row = t->cursor.row;

	switch (final) {
	case 'A': cursor_up(t, n); break;
	case 'B':
	case 'e': cursor_down(t, n); break;
	case 'C':
	case 'a': cursor_right(t, n); break;
	case 'D': cursor_left(t, n); break;
	case 'E':
		cursor_down(t, n);
		to_column(t, 0);
		break;
	case 'F':
		cursor_up(t, n);
		to_column(t, 0);
		break;
	case 'G':
	case '`': cursor_place(t, n - 1, row); break;
	case 'H':
	case 'f': cursor_address(t, second - 1, n - 1); break;
	case 'I': cursor_tab(t, n); break;
	case 'Z': cursor_tab_back(t, n); break;
	case 'd': cursor_address(t, column, n - 1); break;
	case 's': cursor_save(t); break;
	case 'u': cursor_restore(t); break;
	default: return false;
	}
	return true;
}

static void csi_plain(struct terminal *t, struct cell *lines, const struct parser *p)
{
	u32 n = p->param[0] ? p->param[0] : 1; /* as a count or a position, where 0 means 1 */

	if (csi_cursor(t, p->code, n, p->param[1] ? p->param[1] : 1))
		return;
	switch (p->code) {
	case 'J': erase_in_display(t, p->param[0]); break;
	case 'K': erase_in_line(t, p->param[0]); break;
	case 'L': move_lines(t, n, false); break;
	case 'M': move_lines(t, n, true); break;
	case '@':
	case 'P':
	case 'X': edit_characters(t, p->code, n); break;
	case 'S': region_scroll_up(t, lines, n); break;
	case 'T': grid_scroll_down(terminal_grid(t), t->top, t->bottom, n, pen_blank(t)); break;
	case 'g': tabs_clear(t, p->param[0]); break;
	case 'm': sgr_apply(&t->cursor.pen, p); break;
	case 'r': region_set(t, p->param[0], p->param[1]); break;
	case 't': answer_size(t, p); break;
	}
}

static void csi_private(struct terminal *t, const struct parser *p)
{
	switch (p->code) {
	case 'J': /* DECSED, DECSEL: no character is protected */
		if (p->param[0] <= 2)
			erase_in_display(t, p->param[0]);
		break;
	case 'K': erase_in_line(t, p->param[0]); break;
	}
}

static void csi_with(struct terminal *t, const struct parser *p)
{
	if (p->intermediate == '!' && p->code == 'p' && p->marker == 0)
		reset_soft(t);
	else if (p->intermediate == '$' && p->code == 'p' && (p->marker == 0 || p->marker == '?'))
		answer_mode(t, p);
}

static void csi(struct terminal *t, struct cell *lines, const struct parser *p)
{
	bool either = p->marker == 0 || p->marker == '?';

	if (p->intermediate == 0 && p->code == 'b' && p->marker == 0)
		repeat(t, lines, p->param[0] ? p->param[0] : 1);
	t->last = 0;
	if (p->intermediate != 0)
		csi_with(t, p);
	else if (p->code == 'c' || p->code == 'n' || p->code == 'x')
		answer_report(t, p);
	else if (either && (p->code == 'h' || p->code == 'l'))
		modes_set(t, p, p->code == 'h');
	else if (p->marker == 0)
		csi_plain(t, lines, p);
	else if (p->marker == '?')
		csi_private(t, p);
}

/* ---- the whole ---- */

static void feed(struct terminal *t, struct cell *lines, u8 byte)
{
	struct parser *p = &t->parser;

	do {
		switch (parser_feed(p, byte)) {
		case PARSER_PRINT: put_character(t, lines, p->code); break;
		case PARSER_CONTROL: control(t, lines, p->code); break;
		case PARSER_ESCAPE: escape(t, lines, p); break;
		case PARSER_CSI: csi(t, lines, p); break;
		case PARSER_NONE: break;
		}
	} while (p->again);
}

/* Bytes at the beginning that are characters by themselves. */
static size_t plain_length(const char *bytes, size_t count)
{
	size_t length = 0;

	while (length < count && (u8)bytes[length] >= 0x20 && (u8)bytes[length] < 0x7f)
		length++;
	return length;
}

void terminal_write(struct terminal *t, struct cell *lines, const char *bytes, size_t count)
{
	while (count > 0) {
		size_t plain = parser_is_plain(&t->parser) ? plain_length(bytes, count) : 0;
		size_t used = plain ? put_run(t, lines, bytes, plain) : 1;
		if (!plain)
			feed(t, lines, (u8)bytes[0]);
		bytes += used;
		count -= used;
	}
}

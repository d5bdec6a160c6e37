/*
 * A mode is a number, a field of the terminal, and perhaps an effect of its change. So most are one row of a table, and DECRQM
 * answers from the same table.
 */
#include "drivers/console/mode.h"
#include "drivers/console/edit.h"
#include "drivers/console/move.h"
#include "drivers/console/sgr.h"

enum {
	MODE_INSERT = 4,
	MODE_NEW_LINE = 20,
	PRIVATE_CURSOR_KEYS = 1,
	PRIVATE_REVERSE = 5,
	PRIVATE_ORIGIN = 6,
	PRIVATE_WRAP = 7,
	PRIVATE_CURSOR = 25,
	PRIVATE_SCREEN = 47,
	PRIVATE_KEYPAD = 66,
	PRIVATE_SCREEN_CLEARED = 1047, /* the second screen is cleared when it is left */
	PRIVATE_SAVED = 1048,          /* DECSC, DECRC */
	PRIVATE_BOTH =
		1049, /* the cursor saved, and the second screen cleared when it is entered */
	PRIVATE_PASTE = 2004,
};

struct mode {
	u16 number;
	bool is_private;
	bool inverted; /* the field is true while the mode is reset */
	u16 field;
};

#define FIELD(name) offsetof(struct terminal, name)

static const struct mode modes[] = {
	{MODE_INSERT, false, false, FIELD(insert)},
	{MODE_NEW_LINE, false, false, FIELD(new_line)},
	{PRIVATE_CURSOR_KEYS, true, false, FIELD(application_cursor)},
	{PRIVATE_REVERSE, true, false, FIELD(reverse)},
	{PRIVATE_ORIGIN, true, false, FIELD(cursor.origin)},
	{PRIVATE_WRAP, true, true, FIELD(wrap_off)},
	{PRIVATE_CURSOR, true, true, FIELD(cursor_hidden)},
	{PRIVATE_KEYPAD, true, false, FIELD(application_keypad)},
	{PRIVATE_PASTE, true, false, FIELD(bracketed_paste)},
};

static const struct mode *mode_find(bool is_private, u32 number)
{
	for (u32 i = 0; i < ARRAY_LEN(modes); i++)
		if (modes[i].is_private == is_private && modes[i].number == number)
			return &modes[i];
	return NULL;
}

/* ---- the two screens ---- */

static void show_screen(struct terminal *t, bool alternate)
{
	if (t->alternate == alternate)
		return;
	t->alternate = alternate;
	t->view = 0;
	grid_redraw(terminal_grid(t));
}

static bool set_screen(struct terminal *t, u32 number, bool set)
{
	switch (number) {
	case PRIVATE_SCREEN: show_screen(t, set); return true;
	case PRIVATE_SCREEN_CLEARED:
		if (!set && t->alternate)
			erase_in_display(t, 2);
		show_screen(t, set);
		return true;
	case PRIVATE_SAVED:
		if (set)
			cursor_save(t);
		else
			cursor_restore(t);
		return true;
	case PRIVATE_BOTH:
		if (set && !t->alternate) {
			cursor_save(t);
			show_screen(t, true);
			erase_in_display(t, 2);
		} else if (!set && t->alternate) {
			show_screen(t, false);
			cursor_restore(t);
		}
		return true;
	}
	return false;
}

/* ---- modes ---- */

static bool *field_of(struct terminal *t, const struct mode *m)
{
	return (bool *)((u8 *)t + m->field);
}

/* The effects of some changes at once. */
static void mode_changed(struct terminal *t, u32 number)
{
	switch (number) {
	case PRIVATE_REVERSE: grid_redraw(terminal_grid(t)); break;
	case PRIVATE_ORIGIN: cursor_address(t, 0, 0); break;
	case PRIVATE_WRAP: t->cursor.wrap_pending = false; break;
	}
}

static void mode_set(struct terminal *t, bool is_private, u32 number, bool set)
{
	const struct mode *m = mode_find(is_private, number);

	if (m) {
		*field_of(t, m) = set != m->inverted;
		if (is_private)
			mode_changed(t, number);
	} else if (is_private) {
		set_screen(t, number, set);
	}
}

void modes_set(struct terminal *t, const struct parser *p, bool set)
{
	for (u32 i = 0; i < p->params; i++)
		mode_set(t, p->marker == '?', p->param[i], set);
}

u32 mode_value(const struct terminal *t, bool is_private, u32 number)
{
	const struct mode *m = mode_find(is_private, number);

	if (m)
		return *((const bool *)((const u8 *)t + m->field)) != m->inverted ? 1 : 2;
	if (is_private && (number == PRIVATE_SCREEN || number == PRIVATE_SCREEN_CLEARED ||
			   number == PRIVATE_BOTH))
		return t->alternate ? 1 : 2;
	return 0;
}

/* ---- resets ---- */

void reset_soft(struct terminal *t)
{
	u32 column = t->cursor.column, row = t->cursor.row;

	t->cursor = (struct cursor){.pen = sgr_default()};
	t->saved[0] = t->saved[1] = t->cursor;
	cursor_place(t, column, row);
	t->top = 0;
	t->bottom = terminal_grid(t)->rows;
	t->cursor_hidden = t->wrap_off = t->insert = false;
	t->application_cursor = t->application_keypad = false;
}

void reset_hard(struct terminal *t)
{
	const struct grid *g = terminal_grid(t);
	u32 columns = g->columns, rows = g->rows;

	t->alternate = t->new_line = t->reverse = t->bracketed_paste = false;
	t->view = t->last = t->answer_length = 0;
	reset_soft(t);
	cursor_place(t, 0, 0);
	tabs_reset(t);
	for (u32 i = 0; i < 2; i++)
		grid_init(&t->screen[i], t->screen[i].cells, columns, rows, sgr_default());
}

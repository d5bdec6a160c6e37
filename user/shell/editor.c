/*
 * Line editing.
 *
 * Weighed: readline lets long lines wrap and must then know exactly when a terminal wraps; linenoise
 * keeps to one row and scrolls it. One row was chosen: it is correct on every terminal. While it is
 * drawn the terminal must not wrap: two terminals may show the same session, and one of them may
 * have become narrower since it reported its size.
 */
#include "user/shell/editor.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "user/shell/output.h"

static bool is_continuation(char c)
{
	return ((u8)c & 0xc0) == 0x80;
}

static size_t previous(const struct editor *e, size_t at)
{
	while (at > 0 && is_continuation(e->text[--at]))
		;
	return at;
}

static size_t next(const struct editor *e, size_t at)
{
	if (at < e->length)
		at++;
	while (at < e->length && is_continuation(e->text[at]))
		at++;
	return at;
}

static size_t word_left(const struct editor *e)
{
	size_t at = e->cursor;

	while (at > 0 && e->text[at - 1] == ' ')
		at--;
	while (at > 0 && e->text[at - 1] != ' ')
		at--;
	return at;
}

static size_t word_right(const struct editor *e)
{
	size_t at = e->cursor;

	while (at < e->length && e->text[at] == ' ')
		at++;
	while (at < e->length && e->text[at] != ' ')
		at++;
	return at;
}

/* Characters, each one column wide, between two places of the line. */
static size_t columns_between(const struct editor *e, size_t from, size_t to)
{
	size_t columns = 0;

	for (size_t at = from; at < to; at = next(e, at))
		columns++;
	return columns;
}

void editor_clear(struct editor *e)
{
	e->length = e->cursor = e->scroll = 0;
	e->text[0] = '\0';
}

bool editor_insert(struct editor *e, const char *text, size_t length)
{
	if (length > EDITOR_MAX - e->length)
		return false;
	memmove(e->text + e->cursor + length, e->text + e->cursor, e->length - e->cursor + 1);
	memcpy(e->text + e->cursor, text, length);
	e->length += length;
	e->cursor += length;
	return true;
}

void editor_set(struct editor *e, const char *text)
{
	editor_clear(e);
	size_t length = strlen(text);
	if (length > EDITOR_MAX)
		for (length = EDITOR_MAX; length > 0 && is_continuation(text[length]);)
			length--;
	editor_insert(e, text, length);
}

/* Removes from..to and leaves the cursor at `from`. */
static enum edit_result cut(struct editor *e, size_t from, size_t to, bool keep)
{
	if (from == to)
		return EDIT_NONE;
	if (keep) {
		memcpy(e->killed, e->text + from, to - from);
		e->killed[to - from] = '\0';
	}
	memmove(e->text + from, e->text + to, e->length - to + 1);
	e->length -= to - from;
	e->cursor = from;
	return EDIT_CHANGED;
}

static enum edit_result move(struct editor *e, size_t to)
{
	if (to == e->cursor)
		return EDIT_NONE;
	e->cursor = to;
	return EDIT_CHANGED;
}

static enum edit_result insert_byte(struct editor *e, u8 byte)
{
	bool at_end = e->cursor == e->length;

	/* A byte that continues a character must follow one. */
	if (is_continuation((char)byte) && (e->cursor == 0 || (u8)e->text[e->cursor - 1] < 0x80))
		return EDIT_NONE;
	if (!editor_insert(e, (const char *)&byte, 1))
		return EDIT_REFUSED;
	return at_end && byte < 0x80 ? EDIT_APPENDED : EDIT_CHANGED;
}

enum edit_result editor_key(struct editor *e, u32 key)
{
	switch (key) {
	case '\r':
	case '\n': return EDIT_DONE;
	case '\t': return EDIT_COMPLETE;
	case KEY_CTRL('C'): return EDIT_ABANDON;
	case KEY_CTRL('L'): return EDIT_CLEAR;
	case KEY_UP:
	case KEY_CTRL('P'): return EDIT_OLDER;
	case KEY_DOWN:
	case KEY_CTRL('N'): return EDIT_NEWER;
	case KEY_CTRL('R'): return EDIT_SEARCH;
	case KEY_LEFT:
	case KEY_CTRL('B'): return move(e, previous(e, e->cursor));
	case KEY_RIGHT:
	case KEY_CTRL('F'): return move(e, next(e, e->cursor));
	case KEY_HOME:
	case KEY_CTRL('A'): return move(e, 0);
	case KEY_END:
	case KEY_CTRL('E'): return move(e, e->length);
	case KEY_WORD_LEFT: return move(e, word_left(e));
	case KEY_WORD_RIGHT: return move(e, word_right(e));
	case KEY_BACKSPACE:
	case KEY_CTRL('H'): return cut(e, previous(e, e->cursor), e->cursor, false);
	case KEY_CTRL('D'):
		if (e->length == 0)
			return EDIT_END;
		/* fall through */
	case KEY_DELETE: return cut(e, e->cursor, next(e, e->cursor), false);
	case KEY_CTRL('K'): return cut(e, e->cursor, e->length, true);
	case KEY_CTRL('U'): return cut(e, 0, e->cursor, true);
	case KEY_CTRL('W'): return cut(e, word_left(e), e->cursor, true);
	case KEY_CTRL('Y'):
		if (e->killed[0] == '\0')
			return EDIT_NONE;
		return editor_insert(e, e->killed, strlen(e->killed)) ? EDIT_CHANGED : EDIT_REFUSED;
	default: return key >= 0x20 && key <= 0xff ? insert_byte(e, (u8)key) : EDIT_NONE;
	}
}

bool editor_fits(const struct editor *e, const char *prompt, u32 columns)
{
	return e->scroll == 0 && strlen(prompt) + columns_between(e, 0, e->length) < columns;
}

/* Sets e->scroll so that the cursor is among `room` columns; the last one is kept for the cursor at the end. */
static void choose_scroll(struct editor *e, size_t room)
{
	if (columns_between(e, 0, e->length) < room)
		e->scroll = 0;
	/* Some text before the cursor stays visible, too: several keys at once may have moved the cursor there. */
	if (e->cursor < e->scroll || columns_between(e, e->scroll, e->cursor) < room / 8) {
		e->scroll = e->cursor;
		for (size_t shown = 0; shown < room / 4; shown++)
			e->scroll = previous(e, e->scroll);
	}
	if (e->scroll > e->length || is_continuation(e->text[e->scroll]))
		e->scroll = previous(e, e->scroll < e->length ? e->scroll : e->length);
	/* The character under the cursor must be visible, too. */
	size_t end = next(e, e->cursor);
	while (columns_between(e, e->scroll, end) >= room)
		e->scroll = next(e, e->scroll);
}

size_t editor_draw(struct editor *e, const char *prompt, u32 columns, char to[EDITOR_DRAW_MAX])
{
	size_t prompt_columns = strlen(prompt);
	size_t room = columns > prompt_columns + 8 ? columns - prompt_columns : 8;

	choose_scroll(e, room);

	size_t end = e->scroll;
	for (size_t shown = 0; end < e->length && shown + 1 < room; shown++)
		end = next(e, end);
	/* ECMA-48: EL (K) erases to the end of the row, CUF (C) moves right; DEC: ?7 (DECAWM) is wrapping. */
	int used = format(to, EDITOR_DRAW_MAX, "\x1b[?7l\r%s", prompt);
	for (size_t at = e->scroll; at < end; at++) /* a completed name may have control bytes */
		to[used++] = out_safe(at ? e->text[at - 1] : 0, e->text[at]);
	used += format(to + used, EDITOR_DRAW_MAX - (size_t)used, "\x1b[K");
	if (e->cursor < end)
		used += format(to + used, EDITOR_DRAW_MAX - (size_t)used, "\r\x1b[%luC",
			       prompt_columns + columns_between(e, e->scroll, e->cursor));
	used += format(to + used, EDITOR_DRAW_MAX - (size_t)used, "\x1b[?7h");
	return (size_t)used;
}

#include "lib/terminal/ldisc.h"
#include "lib/terminal/line.h"

enum { DELETE = 127, BACKSPACE = '\b' };

/* The effect of a byte. */
enum key {
	KEY_TEXT,
	KEY_INTERRUPT,
	KEY_QUIT,
	KEY_STOP,
	KEY_ERASE,
	KEY_WORD,
	KEY_KILL,
	KEY_REPRINT,
	KEY_LITERAL,
	KEY_NEWLINE,
	KEY_LINE_END, /* VEOL */
	KEY_FILE_END, /* VEOF */
	KEY_NOTHING,
};

struct special {
	enum tty_special place;
	enum key key;
};

static const struct special signals[] = {
	{TTY_VINTR, KEY_INTERRUPT}, {TTY_VQUIT, KEY_QUIT}, {TTY_VSUSP, KEY_STOP}};
static const struct special editing[] = {
	{TTY_VERASE, KEY_ERASE},
	{TTY_VKILL, KEY_KILL},
	{TTY_VEOF, KEY_FILE_END},
	{TTY_VEOL, KEY_LINE_END}};
static const struct special extended[] = {
	{TTY_VWERASE, KEY_WORD},
	{TTY_VREPRINT, KEY_REPRINT},
	{TTY_VLNEXT, KEY_LITERAL},
	{TTY_VEOL2, KEY_LINE_END}};

/* A byte of 0 has no special effect. */
static enum key find(const struct ldisc *l, const struct special *table, u32 count, char c)
{
	for (u32 i = 0; i < count && c; i++)
		if (l->settings.special[table[i].place] == (u8)c)
			return table[i].key;
	return KEY_TEXT;
}

/* Input processing (11.2.2): *c is the byte that the others go by. */
static bool is_input(const struct ldisc *l, char *c)
{
	u32 input = l->settings.input;

	if (input & TTY_ISTRIP)
		*c &= 0x7f;
	if (*c == '\r') {
		if (input & TTY_IGNCR)
			return false;
		if (input & TTY_ICRNL)
			*c = '\n';
	} else if (*c == '\n' && input & TTY_INLCR) {
		*c = '\r';
	}
	return true;
}

static enum key edit_key(const struct ldisc *l, char c)
{
	enum key key = find(l, editing, ARRAY_LEN(editing), c);

	if (c == '\n')
		return KEY_NEWLINE;
	if (key != KEY_TEXT || !(l->settings.local & TTY_IEXTEN))
		return key;
	/* Terminals differ in the byte that their erase key sends. */
	if (c == BACKSPACE && l->settings.special[TTY_VERASE] == DELETE)
		return KEY_ERASE;
	return find(l, extended, ARRAY_LEN(extended), c);
}

static enum key key_of(const struct ldisc *l, char *c)
{
	bool second_half = *c == '\n' && l->after_return && l->joins;

	if (l->literal)
		return KEY_TEXT;
	if (second_half && ldisc_is_canonical(l) && l->settings.input & TTY_ICRNL)
		return KEY_NOTHING;
	if (!is_input(l, c))
		return KEY_NOTHING;
	enum key key =
		l->settings.local & TTY_ISIG ? find(l, signals, ARRAY_LEN(signals), *c) : KEY_TEXT;
	return key == KEY_TEXT && ldisc_is_canonical(l) ? edit_key(l, *c) : key;
}

/* ---- Text ---- */

/* The ring has no room for these. */
static void drop(struct ldisc *l, u32 bytes)
{
	if (l->dropped == 0)
		line_bell(l);
	l->dropped += bytes;
}

/* EXERCISE 4.4 line-discipline: begin */
/* Makes the line readable, ended by `end`. Without room for all of it, the line stays and its end is dropped. */
static void commit(struct ldisc *l, u16 end)
{
	if (ring_free(&l->ready) < l->length + 1) {
		drop(l, 1);
		return;
	}
	for (u32 i = 0; i < l->length; i++)
		ring_put(&l->ready, (u8)l->line[i]);
	ring_put(&l->ready, end);
	l->length = 0;
	if (end == '\n' && l->settings.local & (TTY_ECHO | TTY_ECHONL))
		l->echo("\n", 1);
	else if (end != LDISC_END)
		line_echo(l, (char)end);
	line_report_cut(l);
	line_report_dropped(l);
}
/* EXERCISE 4.4 line-discipline: end */

static void pass_on(struct ldisc *l, char c)
{
	if (!ring_put(&l->ready, (u8)c)) {
		drop(l, 1);
		return;
	}
	line_echo(l, c);
	line_report_dropped(l);
}

void ldisc_flush(struct ldisc *l)
{
	l->ready.tail = l->ready.head;
	l->length = l->cut = 0;
	l->literal = false;
}

static void raise(struct ldisc *l, enum ldisc_signal signal, char c)
{
	if (!(l->settings.local & TTY_NOFLSH))
		ldisc_flush(l);
	line_echo(l, c);
	line_show(l, "\n", 1);
	if (l->signalled)
		l->signalled(signal);
}

/* ---- Typing ---- */

static void type(struct ldisc *l, char c)
{
	char typed = c;
	enum key key = key_of(l, &c);

	l->after_return = typed == '\r';
	l->literal = false;
	switch (key) {
	case KEY_TEXT:
		if (ldisc_is_canonical(l))
			line_add(l, c);
		else
			pass_on(l, c);
		break;
	case KEY_INTERRUPT: raise(l, LDISC_INTERRUPT, c); break;
	case KEY_QUIT: raise(l, LDISC_QUIT, c); break;
	case KEY_STOP: raise(l, LDISC_STOP, c); break;
	case KEY_ERASE: line_erase(l, c); break;
	case KEY_WORD: line_erase_word(l, c); break;
	case KEY_KILL: line_kill(l, c); break;
	case KEY_REPRINT: line_reprint(l, c); break;
	case KEY_LITERAL: l->literal = true; break;
	case KEY_NEWLINE: commit(l, '\n'); break;
	case KEY_LINE_END: commit(l, (u16)(RING_MARK | (u8)c)); break;
	case KEY_FILE_END: commit(l, LDISC_END); break;
	case KEY_NOTHING: break;
	}
}

void ldisc_type(struct ldisc *l, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		type(l, bytes[i]);
}

u32 ldisc_room(const struct ldisc *l)
{
	u32 room = ring_free(&l->ready), reserved = l->length + 1;

	return room > reserved ? room - reserved : 0;
}

bool ldisc_takes(const struct ldisc *l, char c)
{
	switch (key_of(l, &c)) {
	case KEY_TEXT:
		return ldisc_is_canonical(l) ? l->length == LDISC_LINE_MAX || ldisc_room(l) > 0
					     : ring_free(&l->ready) > 0;
	case KEY_NEWLINE:
	case KEY_LINE_END:
	case KEY_FILE_END: return ring_free(&l->ready) > l->length;
	default: return true;
	}
}

#define MESSAGES_MOST 200u /* the two reports, each with its newline; a byte and its end */
_Static_assert(LDISC_ECHO_MOST >= 6 * LDISC_LINE_MAX + MESSAGES_MOST, "the most of all");

u32 ldisc_echo_most(const struct ldisc *l, char c)
{
	switch (key_of(l, &c)) {
	case KEY_WORD:
	case KEY_KILL: return 6 * l->length + MESSAGES_MOST;
	case KEY_REPRINT: return 2 * l->length + MESSAGES_MOST;
	default: return MESSAGES_MOST;
	}
}

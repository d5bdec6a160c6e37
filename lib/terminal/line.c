#include "lib/terminal/line.h"

enum { BELL = 7, DELETE = 127 };

void line_show(struct ldisc *l, const char *bytes, size_t count)
{
	if (l->settings.local & TTY_ECHO)
		l->echo(bytes, count);
}

void line_bell(struct ldisc *l)
{
	l->echo(&(const char){BELL}, 1);
}

static bool shows_as_two(const struct ldisc *l, char c)
{
	return l->settings.local & TTY_ECHOCTL && (((u8)c < 0x20 && c != '\t') || c == DELETE);
}

/* A tab shows as one blank, so that erasing it removes one column. */
void line_echo(struct ldisc *l, char c)
{
	if (c == '\t' && ldisc_is_canonical(l))
		c = ' ';
	if (shows_as_two(l, c))
		line_show(l, (const char[]){'^', (char)(c ^ 0x40)}, 2);
	else
		line_show(l, &c, 1);
}

void line_add(struct ldisc *l, char c)
{
	if (l->length == LDISC_LINE_MAX) {
		if (l->cut++ == 0)
			line_bell(l);
		return;
	}
	l->line[l->length++] = c;
	line_echo(l, c);
}

/* ---- Erasing ---- */

static bool is_continuation(char c)
{
	return ((u8)c & 0xc0) == 0x80;
}

/* EXERCISE 4.4 line-discipline part 2: begin */
/* Removes the last character with all its bytes from the line and, if `visibly`, from the screen. */
static void remove_last(struct ldisc *l, bool visibly)
{
	if (l->length == 0)
		return;
	char last = l->line[--l->length];
	while (is_continuation(last) && l->length > 0)
		last = l->line[--l->length];
	if (visibly)
		line_show(l, "\b \b\b \b", shows_as_two(l, last) ? 6 : 3);
}

void line_erase(struct ldisc *l, char key)
{
	bool visibly = l->settings.local & TTY_ECHOE;

	if (l->length > 0 && !visibly)
		line_echo(l, key);
	remove_last(l, visibly);
}

void line_erase_word(struct ldisc *l, char key)
{
	bool visibly = l->settings.local & TTY_ECHOE;

	if (l->length > 0 && !visibly)
		line_echo(l, key);
	while (l->length > 0 && l->line[l->length - 1] == ' ')
		remove_last(l, visibly);
	while (l->length > 0 && l->line[l->length - 1] != ' ')
		remove_last(l, visibly);
}
/* EXERCISE 4.4 line-discipline part 2: end */

void line_kill(struct ldisc *l, char key)
{
	bool visibly = l->settings.local & TTY_ECHOKE && l->settings.local & TTY_ECHOE;

	if (!visibly) {
		line_echo(l, key);
		if (l->settings.local & TTY_ECHOK)
			line_show(l, "\n", 1);
	}
	while (l->length > 0)
		remove_last(l, visibly);
}

void line_reprint(struct ldisc *l, char key)
{
	line_echo(l, key);
	line_show(l, "\n", 1);
	for (u32 i = 0; i < l->length; i++)
		line_echo(l, l->line[i]);
}

/* ---- Bytes that were dropped ---- */

static void echo_number(struct ldisc *l, u32 number)
{
	char digits[10];
	u32 at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	l->echo(digits + at, sizeof(digits) - at);
}

/* One message for all of them, on a line of its own. */
static void report(struct ldisc *l, u32 *number, const char *words, size_t bytes)
{
	if (*number == 0)
		return;
	l->echo("[", 1);
	echo_number(l, *number);
	l->echo(words, bytes);
	*number = 0;
}

#define CUT " bytes dropped: a line ends at 890]\n"
#define DROPPED " typed bytes dropped: no program has read those before]\n"
_Static_assert(LDISC_LINE_MAX == 890, "as the message states");

void line_report_cut(struct ldisc *l)
{
	report(l, &l->cut, CUT, sizeof(CUT) - 1);
}

void line_report_dropped(struct ldisc *l)
{
	report(l, &l->dropped, DROPPED, sizeof(DROPPED) - 1);
}

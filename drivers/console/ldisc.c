/*
 * The line discipline. MINIX keeps it in the terminal driver, QNX in a library that each
 * character device's driver links. Here it is part of the driver, in a file without hardware:
 * there is one terminal, and the reader of a line need not wake for each key.
 * Behaviour: POSIX, General Terminal Interface (11.1.6 canonical mode, 11.1.9 special characters).
 */
#include "drivers/console/ldisc.h"

#define END RING_MARK /* in the ring: ^D was typed here */

enum { CTRL_C = 3, CTRL_D = 4, CTRL_U = 21, CTRL_V = 22, CTRL_W = 23, BELL = 7, DELETE = 127 };

static void echo_byte(struct ldisc *l, char c)
{
	l->echo(&c, 1);
}

/* Controls show as ^X, so that each byte of the line is visible. A tab shows as one blank, so that erasing it removes one
 * column. */
static void echo_typed(struct ldisc *l, char c)
{
	if (c == '\t') {
		echo_byte(l, ' ');
	} else if ((u8)c < 0x20 || c == DELETE) {
		char shown[2] = {'^', (char)(c ^ 0x40)};
		l->echo(shown, 2);
	} else {
		echo_byte(l, c);
	}
}

static bool is_continuation(char c)
{
	return ((u8)c & 0xc0) == 0x80;
}

/* Removes the last character with all its bytes from the line and from the screen. */
static void erase(struct ldisc *l)
{
	if (l->length == 0)
		return;
	char last = l->line[--l->length];
	while (is_continuation(last) && l->length > 0)
		last = l->line[--l->length];
	bool two_wide = ((u8)last < 0x20 && last != '\t') || last == DELETE;
	l->echo("\b \b\b \b", two_wide ? 6 : 3);
}

static void erase_word(struct ldisc *l)
{
	while (l->length > 0 && l->line[l->length - 1] == ' ')
		erase(l);
	while (l->length > 0 && l->line[l->length - 1] != ' ')
		erase(l);
}

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

/* One message for all bytes that were dropped, on a line of its own. */
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

/* The ring has no room for these. */
static void drop(struct ldisc *l, u32 bytes)
{
	if (l->dropped == 0)
		echo_byte(l, BELL);
	l->dropped += bytes;
}

static void report_dropped(struct ldisc *l)
{
	report(l, &l->dropped, DROPPED, sizeof(DROPPED) - 1);
}

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
	if (end == '\n')
		echo_byte(l, '\n');
	report(l, &l->cut, CUT, sizeof(CUT) - 1);
	report_dropped(l);
}

static void drop_line(struct ldisc *l)
{
	l->length = l->cut = 0;
	l->echo("^C\n", 3);
	if (l->interrupt)
		l->interrupt();
}

static void add(struct ldisc *l, char c)
{
	if (l->length == LDISC_LINE_MAX) {
		if (l->cut++ == 0)
			echo_byte(l, BELL);
		return;
	}
	l->line[l->length++] = c;
	echo_typed(l, c);
}

static void type_cooked(struct ldisc *l, char c)
{
	switch (c) {
	case '\n':
	case '\r': commit(l, '\n'); break;
	case '\b':
	case DELETE: erase(l); break;
	case CTRL_W: erase_word(l); break;
	case CTRL_U:
		while (l->length > 0)
			erase(l);
		break;
	case CTRL_C: drop_line(l); break;
	case CTRL_D: commit(l, END); break;
	default: add(l, c);
	}
}

static void type_raw(struct ldisc *l, char c)
{
	if (ring_put(&l->ready, (u8)c))
		report_dropped(l);
	else
		drop(l, 1);
}

void ldisc_type(struct ldisc *l, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool second_half = bytes[i] == '\n' && l->after_return;
		l->after_return = bytes[i] == '\r';
		if (l->raw)
			type_raw(l, bytes[i]);
		else if (!second_half)
			type_cooked(l, bytes[i]);
	}
}

u32 ldisc_room(const struct ldisc *l)
{
	u32 room = ring_free(&l->ready), reserved = l->length + 1;

	return room > reserved ? room - reserved : 0;
}

struct ldisc_take ldisc_peek(const struct ldisc *l, char *to, size_t size)
{
	struct ldisc_take take = {.ready = size == 0};

	while (take.units < ring_used(&l->ready)) {
		u16 unit = ring_peek(&l->ready, take.units);
		if (unit == END && l->raw) { /* from cooked mode, and no byte: skipped */
			take.units++;
			continue;
		}
		if (unit == END) { /* ends this read; without bytes before it: the end of file */
			take.ready = true;
			take.units++;
			break;
		}
		if (take.bytes == size)
			break;
		take.ready = true;
		to[take.bytes++] = (char)unit;
		take.units++;
		if (unit == '\n' && !l->raw)
			break;
	}
	return take;
}

bool ldisc_is_readable(const struct ldisc *l)
{
	char byte;

	return ldisc_peek(l, &byte, 1).ready;
}

void ldisc_consume(struct ldisc *l, struct ldisc_take take)
{
	ring_drop(&l->ready, take.units);
}

void ldisc_set_raw(struct ldisc *l, bool raw)
{
	if (raw && !l->raw) {
		u32 fits = MIN(l->length, ring_free(&l->ready));
		for (u32 i = 0; i < fits; i++)
			ring_put(&l->ready, (u8)l->line[i]);
		if (fits < l->length)
			drop(l, l->length - fits);
		l->length = l->cut = 0;
	}
	l->raw = raw;
}

bool ldisc_is_sound(const struct ldisc *l)
{
	return l->length <= LDISC_LINE_MAX && ring_used(&l->ready) <= l->ready.size;
}

/* Reads of typed text, and changes of the settings. */
#include "lib/terminal/ldisc.h"

/* EXERCISE 4.4 line-discipline part 3: begin */
/* One line at most. */
static struct ldisc_take peek_line(const struct ldisc *l, char *to, size_t size)
{
	struct ldisc_take take = {.ready = size == 0};

	while (take.units < ring_used(&l->ready)) {
		u16 unit = ring_peek(&l->ready, take.units);
		if (unit ==
		    LDISC_END) { /* ends this read; without bytes before it: the end of file */
			take.ready = true;
			take.units++;
			break;
		}
		if (take.bytes == size)
			break;
		take.ready = true;
		to[take.bytes++] = (char)unit;
		take.units++;
		if (unit == '\n' || unit & RING_MARK)
			break;
	}
	return take;
}
/* EXERCISE 4.4 line-discipline part 3: end */

/* All bytes; marks are from canonical mode, and are left out. */
static struct ldisc_take peek_bytes(const struct ldisc *l, char *to, size_t size)
{
	struct ldisc_take take = {0};
	u32 least = l->settings.special[TTY_VMIN], tenths = l->settings.special[TTY_VTIME];

	while (take.units < ring_used(&l->ready)) {
		u16 unit = ring_peek(&l->ready, take.units);
		if (unit != LDISC_END && take.bytes == size)
			break;
		take.units++;
		if (unit != LDISC_END)
			to[take.bytes++] = (char)unit;
	}
	if (least == 0)
		take.ready = take.bytes || !tenths || size == 0;
	else
		take.ready = take.bytes >= MIN(least, size);
	if (!take.ready && (least == 0 || take.bytes))
		take.tenths = tenths;
	return take;
}

struct ldisc_take ldisc_peek(const struct ldisc *l, char *to, size_t size)
{
	return ldisc_is_canonical(l) ? peek_line(l, to, size) : peek_bytes(l, to, size);
}

bool ldisc_is_readable(const struct ldisc *l)
{
	char bytes[256];
	u32 least = l->settings.special[TTY_VTIME] ? 1 : l->settings.special[TTY_VMIN];

	if (ldisc_is_canonical(l))
		return peek_line(l, bytes, 1).ready;
	least = MAX(least, 1u);
	return peek_bytes(l, bytes, least).bytes == least;
}

void ldisc_consume(struct ldisc *l, struct ldisc_take take)
{
	ring_drop(&l->ready, take.units);
}

void ldisc_set(struct ldisc *l, const struct settings *settings)
{
	bool ends_line = ldisc_is_canonical(l) && !(settings->local & TTY_ICANON);

	l->settings = *settings;
	if (!ends_line)
		return;
	for (u32 i = 0; i < l->length; i++)
		if (!ring_put(&l->ready, (u8)l->line[i]))
			l->dropped++;
	l->length = l->cut = 0;
	l->literal = false;
}

void ldisc_set_raw(struct ldisc *l, bool raw)
{
	struct settings settings = raw ? settings_raw() : settings_cooked();

	ldisc_set(l, &settings);
}

bool ldisc_is_sound(const struct ldisc *l)
{
	return l->length <= LDISC_LINE_MAX && ring_used(&l->ready) <= l->ready.size;
}

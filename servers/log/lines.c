/*
 * Rings of lines of a fixed size cost more memory than rings of bytes. In return no line is ever kept in part, and this file
 * states the number of lines that a source can keep.
 */
#include "servers/log/lines.h"

#define KERNEL_LINES 160
#define INIT_LINES 160
#define SERVICE_LINES 32

struct ring {
	struct line *lines;
	u32 count;
	u32 next; /* where the next line goes: over the oldest, once the ring is full */
};

static struct line of_kernel[KERNEL_LINES], of_init[INIT_LINES];
static struct line of_service[SOURCES - 2][SERVICE_LINES];
static u32 next[SOURCES];
static u64 added;

static struct ring ring_of(u32 source)
{
	if (source == LOG_SOURCE_KERNEL)
		return (struct ring){of_kernel, KERNEL_LINES, next[source]};
	if (source == LOG_SOURCE_INIT)
		return (struct ring){of_init, INIT_LINES, next[source]};
	return (struct ring){of_service[source - 2], SERVICE_LINES, next[source]};
}

static char shown_as(char c)
{
	if (c == '\t')
		return ' ';
	return c >= ' ' && c <= '~' ? c : '?';
}

void lines_add(u32 source, const char *text, size_t bytes, bool on_serial, u64 at)
{
	struct ring ring = ring_of(source);
	struct line *l = &ring.lines[ring.next];

	next[source] = (ring.next + 1) % ring.count;
	if (bytes > LOG_TEXT_MAX)
		bytes = LOG_TEXT_MAX;
	l->number = ++added;
	l->at = at;
	l->source = source;
	l->bytes = (u16)bytes;
	l->on_serial = on_serial;
	for (size_t i = 0; i < bytes; i++)
		l->text[i] = shown_as(text[i]);
}

/* The numbers in a ring ascend from `next` on, all the way round. */
static const struct line *oldest_from(u32 source, u64 from)
{
	struct ring ring = ring_of(source);
	const struct line *lines = ring.lines;

	for (u32 i = 0; i < ring.count; i++) {
		const struct line *l = &lines[(ring.next + i) % ring.count];

		if (l->number != 0 && l->number >= from)
			return l;
	}
	return NULL;
}

const struct line *lines_find(u64 from)
{
	const struct line *found = NULL;

	if (from > added)
		return NULL;
	for (u32 source = 0; source < SOURCES; source++) {
		const struct line *l = oldest_from(source, from);

		if (l && (!found || l->number < found->number))
			found = l;
	}
	return found;
}

const struct line *lines_find_before(u32 source, u64 before)
{
	struct ring ring = ring_of(source);
	const struct line *lines = ring.lines, *found = NULL;

	for (u32 i = 0; i < ring.count; i++) {
		const struct line *l = &lines[i];

		if (l->number != 0 && l->number < before && (!found || l->number > found->number))
			found = l;
	}
	return found;
}

u64 lines_count(void)
{
	return added;
}

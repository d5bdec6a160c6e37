/*
 * The copy for the serial line. Screen and line are one terminal, so a question to the terminal
 * ("where is the cursor?") must have one answer: the screen's. If the question also went down the line, a terminal program
 * at the far end would answer too, and its answer would arrive like typed bytes. So CSI … n and CSI … c are left out;
 * everything else passes unchanged. Without a screen the terminal at the far end answers, and remote.c must know that the
 * answer is for a program.
 */
#include "drivers/console/mirror.h"

static void release(struct mirror *m)
{
	if (m->held > 0)
		m->send(m->hold, m->held);
	m->held = 0;
}

static bool is_query(char final)
{
	return final == 'n' || final == 'c';
}

/* CSI 6 n, the question that remote.c asks, too: the two answers look alike. */
static bool asks_for_cursor(const struct mirror *m, char final)
{
	return final == 'n' && m->held == 3 && m->hold[2] == '6';
}

/* A byte while a sequence is held back: ESC, then [, then parameters, then the final byte. */
static void feed_held(struct mirror *m, char c)
{
	bool parameter = m->held > 1 && c >= 0x20 && c <= 0x3f;
	bool introducer = m->held == 1 && c == '[';

	if (m->held > 1 && is_query(c) && !m->pass_queries) {
		m->held = 0;
		return;
	}
	if (asks_for_cursor(m, c))
		m->asked();
	m->hold[m->held++] = c;
	bool more = m->held == 1 || parameter || introducer;
	if (!more || m->held == MIRROR_HELD_MAX)
		release(m);
}

void mirror_write(struct mirror *m, const char *bytes, size_t count)
{
	size_t from = 0; /* first byte not sent yet */

	for (size_t i = 0; i < count; i++) {
		if (m->held == 0 && bytes[i] != '\033')
			continue; /* sent with the rest of its run */
		if (m->held == 0 && i > from)
			m->send(bytes + from, i - from);
		if (bytes[i] == '\033')
			release(m);
		feed_held(m, bytes[i]);
		from = i + 1;
	}
	if (count > from)
		m->send(bytes + from, count - from);
}

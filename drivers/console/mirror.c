/*
 * The copy for the serial line. Screen and line are one terminal, so a question to the terminal
 * ("where is the cursor?") must have one answer: the screen's. If the question also went down the line, a terminal program
 * at the far end would answer too, and its answer would arrive like typed bytes. So the questions are left out (DSR, DA, DECRQM,
 * DECREQTPARM, xterm's window operations, and the device control strings, most of which are questions); everything else passes
 * unchanged. Without a screen the terminal at the far end answers, and remote.c must know that the
 * answer is for a program.
 */
#include "drivers/console/mirror.h"

static void release(struct mirror *m)
{
	if (m->held > 0)
		m->send(m->hold, m->held);
	m->held = 0;
}

static bool holds(const struct mirror *m, char c)
{
	for (u32 i = 2; i < m->held; i++)
		if (m->hold[i] == c)
			return true;
	return false;
}

/* Whether the held bytes and this final byte are a question. */
static bool is_query(const struct mirror *m, char final)
{
	if (m->held == 1)
		return final == 'Z'; /* DECID */
	switch (final) {
	case 'c':
	case 'n':
	case 't':
	case 'x': return true;
	case 'p': return holds(m, '$');
	case 'u': return holds(m, '?'); /* other terminals' question for the form of keys */
	}
	return false;
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

	if (!m->pass_queries && m->held > 0 && !parameter && !introducer) {
		m->in_string = m->held == 1 && c == 'P';
		if (m->in_string || is_query(m, c)) {
			m->held = 0;
			return;
		}
	}
	if (asks_for_cursor(m, c))
		m->asked();
	m->hold[m->held++] = c;
	bool more = m->held == 1 || parameter || introducer;
	if (!more || m->held == MIRROR_HELD_MAX)
		release(m);
}

/* A byte of a string that is left out. It ends with ESC \, of which the ESC may begin another sequence, too. */
static void feed_string(struct mirror *m, char c)
{
	bool ended = m->held == 1 && c == '\\';

	if (m->held == 1 && !ended && c != '\033') {
		m->in_string = false;
		feed_held(m, c);
		return;
	}
	m->held = 0;
	if (c == '\033')
		m->hold[m->held++] = c;
	m->in_string = !ended && c != 0x18 && c != 0x1a && c != '\a'; /* CAN, SUB */
}

void mirror_write(struct mirror *m, const char *bytes, size_t count)
{
	size_t from = 0; /* first byte not sent yet */

	for (size_t i = 0; i < count; i++) {
		if (m->in_string) {
			feed_string(m, bytes[i]);
			from = i + 1;
			continue;
		}
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

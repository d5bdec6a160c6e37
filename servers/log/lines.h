/*
 * The lines that are kept. Each source has a ring of its own, so that no source pushes out another's lines; numbers, given
 * out in the order of arrival, merge the rings for a reader. Pure.
 */
#pragma once
#include "microk/types.h"
#include "protocols/init_log.h"
#include "protocols/log.h"

#define SOURCES INIT_LOG_PROCESSES /* a source is the kernel, init, or a service by its process id */

struct line {
	u64 number; /* 0: empty */
	u64 at;     /* of init's lines: the number in init's own count, from 0 on */
	u32 source;
	u16 bytes;
	bool on_serial;
	char text[LOG_TEXT_MAX];
};

/* Adds a line, without its end, of at most LOG_TEXT_MAX bytes. A byte that is not printable ASCII is kept as '?', a
 * tab as a blank: a line can neither begin another nor command the terminal that shows it. */
void lines_add(u32 source, const char *text, size_t bytes, bool on_serial, u64 at);

/* The oldest line with at least this number; NULL if there is none. It is valid until the next line is added. */
const struct line *lines_find(u64 from);

/* The newest of a source's lines whose number is below `before`; NULL if none is kept. */
const struct line *lines_find_before(u32 source, u64 before);

/* The number of lines since the start, which is the highest line number. */
u64 lines_count(void);

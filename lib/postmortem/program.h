/* A program that faulted, as the caller describes it: its names, access to its memory, and the destination of the report. */
#pragma once
#include "microk/types.h"

struct dead_program {
	const char *service; /* as people call it */
	const char *program; /* its file in the archive: "boot/vfs" */
	const char *symbols; /* the content of boot/symbols; 0 bytes: there is none */
	size_t symbol_bytes;
	/* Reads one word of the program's memory. False: the program has no word there, or none that the report may rely on. The
	 * address comes from the program, so it may be any number. */
	bool (*read)(void *context, u64 address, u64 *word);
	/* Takes one line of the report, without its end. */
	void (*line)(void *context, const char *text);
	void *context; /* passed to both functions */
};

#define REPORT_LINE 256 /* bytes of a line, with its end; a longer one is cut */

/* One line of the report. */
void report_line(const struct dead_program *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

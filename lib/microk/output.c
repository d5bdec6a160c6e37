/*
 * A program's output. A program that was granted neither a terminal nor a serial line runs silently:
 * there is no ambient console. (Most kernels have one, a debug system call.)
 */
#include "lib/microk/output.h"
#include "lib/microk/format.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

void print_bytes(const char *data, size_t bytes)
{
	if (bytes && !output_terminal(data, bytes))
		output_serial(data, bytes);
}

/* Collects the pieces of one print, so that a line is one message. */
struct line {
	char text[256];
	size_t used;
};

static void line_flush(struct line *l)
{
	print_bytes(l->text, l->used);
	l->used = 0;
}

static void line_put(void *context, const char *text, size_t bytes)
{
	struct line *l = context;

	while (bytes) {
		size_t chunk = MIN(bytes, sizeof(l->text) - l->used);

		memcpy(l->text + l->used, text, chunk);
		l->used += chunk;
		text += chunk;
		bytes -= chunk;
		if (l->used == sizeof(l->text))
			line_flush(l);
	}
}

void print(const char *fmt, ...)
{
	struct line l;
	va_list args;

	l.used = 0; /* the text itself needs no clearing */
	va_start(args, fmt);
	format_to(line_put, &l, fmt, args);
	va_end(args);
	line_flush(&l);
}

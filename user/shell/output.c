/*
 * Batched output.
 *
 * Weighed: without a buffer each piece of text costs a round trip, with stdio's line buffering each
 * line. The shell knows when it is about to wait. So it sends when a message is full and before it
 * waits, and at no other time.
 */
#include "user/shell/output.h"
#include "protocols/file.h"
#include "lib/microk/format.h"
#include "lib/microk/output.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

static cap_t terminal;
static char collected[FILE_DATA_MAX];
static size_t used;
static bool line_start = true;

void output_setup(cap_t file)
{
	terminal = file;
}

void out_flush(void)
{
	output_file(terminal, collected, used);
	used = 0;
}

void out_bytes(const char *data, size_t bytes)
{
	if (bytes > 0)
		line_start = data[bytes - 1] == '\n';
	while (bytes > 0) {
		size_t piece = MIN(bytes, sizeof(collected) - used);
		memcpy(collected + used, data, piece);
		used += piece;
		data += piece;
		bytes -= piece;
		if (used == sizeof(collected))
			out_flush();
	}
}

void out_text(const char *text)
{
	out_bytes(text, strlen(text));
}

static void sink(void *context, const char *text, size_t bytes)
{
	(void)context;
	out_bytes(text, bytes);
}

void out(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format_to(sink, NULL, fmt, args);
	va_end(args);
}

static void sink_safely(void *context, const char *text, size_t bytes)
{
	char *before = context;

	for (size_t i = 0; i < bytes; i++) {
		char c = out_safe(*before, text[i]);
		out_bytes(&c, 1);
		*before = text[i];
	}
}

void out_name(const char *name)
{
	char before = 0;

	sink_safely(&before, name, strlen(name));
}

void out_row(const char *fmt, ...)
{
	va_list args;
	char before = 0;

	va_start(args, fmt);
	format_to(sink_safely, &before, fmt, args);
	va_end(args);
	out_text("\n");
}

bool out_at_line_start(void)
{
	return line_start;
}

/* The two ways out of a command, each to a sink. By default both lead to the terminal's, so that their bytes keep their order. */
#include "user/shell/output.h"
#include "lib/microk/format.h"
#include "lib/microk/string.h"
#include "user/shell/sink.h"

static struct sink terminal;
static struct sink *output = &terminal, *errors = &terminal;

void output_setup(cap_t file)
{
	terminal.file = file;
}

struct sink *output_to(struct sink *s)
{
	struct sink *before = output;

	output = s;
	return before;
}

struct sink *output_errors_to(struct sink *s)
{
	struct sink *before = errors;

	errors = s;
	return before;
}

struct sink *output_to_terminal(void)
{
	return output_to(&terminal);
}

struct sink *output_sink(void)
{
	return output;
}

struct sink *output_error_sink(void)
{
	return errors;
}

void out_flush(void)
{
	sink_flush(output);
	sink_flush(errors);
}

void out_bytes(const char *data, size_t bytes)
{
	sink_bytes(output, data, bytes);
}

void out_text(const char *text)
{
	out_bytes(text, strlen(text));
}

static void to_sink(void *context, const char *text, size_t bytes)
{
	sink_bytes(context, text, bytes);
}

void out(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format_to(to_sink, output, fmt, args);
	va_end(args);
}

struct safely {
	struct sink *sink;
	char before;
};

static void to_sink_safely(void *context, const char *text, size_t bytes)
{
	struct safely *s = context;

	for (size_t i = 0; i < bytes; i++) {
		char c = out_safe(s->before, text[i]);
		sink_bytes(s->sink, &c, 1);
		s->before = text[i];
	}
}

void out_name(const char *name)
{
	struct safely s = {.sink = output};

	to_sink_safely(&s, name, strlen(name));
}

void out_row(const char *fmt, ...)
{
	va_list args;
	struct safely s = {.sink = output};

	va_start(args, fmt);
	format_to(to_sink_safely, &s, fmt, args);
	va_end(args);
	out_text("\n");
}

void err_row(const char *fmt, ...)
{
	va_list args;
	struct safely s = {.sink = errors};

	if (errors->line_open)
		sink_bytes(errors, "\n", 1);
	va_start(args, fmt);
	format_to(to_sink_safely, &s, fmt, args);
	va_end(args);
	sink_bytes(errors, "\n", 1);
}

bool out_at_line_start(void)
{
	return !output->line_open;
}

const char *out_open_line(void)
{
	size_t used = terminal.line_used;

	terminal.line[used <= SINK_LINE_MAX ? used : 0] = '\0';
	return terminal.line;
}

bool out_failed(void)
{
	return output->status != OK;
}

bool out_pipe_failed(void)
{
	return (output->kind == SINK_SPOOL || output->kind == SINK_PIPE) && out_failed();
}

bool out_is_terminal(void)
{
	return output->kind == SINK_TERMINAL;
}

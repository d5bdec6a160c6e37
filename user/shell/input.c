#include "user/shell/input.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/shell/interruptible.h"
#include "user/shell/line.h"

static struct input terminal = {.kind = INPUT_TERMINAL};
static struct input *source = &terminal;

struct input *input_from(struct input *i)
{
	struct input *before = source;

	source = i;
	return before;
}

struct input *input_source(void)
{
	return source;
}

bool input_is_terminal(void)
{
	return source->kind == INPUT_TERMINAL;
}

static enum microk_status read_stream(struct stream *s, void *to, size_t bytes, size_t *got)
{
	enum microk_status status = OK;

	if (s->used == s->piece.data_length)
		status = interruptible_fill(s);
	*got = status == OK ? MIN(bytes, s->piece.data_length - s->used) : 0;
	memcpy(to, s->piece.data + s->used, *got);
	s->used += *got;
	return status;
}

enum microk_status input_read(void *to, size_t bytes, size_t *got)
{
	if (source->kind == INPUT_FILE)
		return read_stream(source->stream, to, bytes, got);
	*got = source->kind == INPUT_SPOOL ? spool_read(source->spool, to, bytes) : 0;
	return OK;
}

static enum microk_status line_of_terminal(char *to, size_t bytes, bool *more)
{
	const char *line = line_answer();

	if (line)
		string_copy(to, bytes, line);
	*more = true;
	if (line)
		return OK;
	return line_was_abandoned() ? ERR_CANCELLED : ERR_NOT_FOUND;
}

enum microk_status input_line(char *to, size_t bytes, bool *more)
{
	size_t length = 0, got;
	bool any = false;
	char c;

	if (input_is_terminal())
		return line_of_terminal(to, bytes, more);
	*more = false;
	for (;;) {
		enum microk_status status = input_read(&c, 1, &got);
		if (status != OK)
			return status;
		if (got == 0)
			break;
		any = true;
		*more = c == '\n';
		if (*more)
			break;
		if (length + 1 < bytes)
			to[length++] = c;
	}
	to[length] = '\0';
	return any ? OK : ERR_NOT_FOUND;
}

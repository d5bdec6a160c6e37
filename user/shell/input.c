#include "user/shell/input.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/shell/interruptible.h"
#include "user/shell/line.h"
#include "user/shell/output.h"

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

/* Output is sent before a wait. */
static enum microk_status read_on(struct input *i, void *to, size_t bytes, size_t *got)
{
	if (!pipe_has(i->pipe))
		out_flush();
	return pipe_read(i->pipe, to, bytes, got);
}

/* Reads ahead, unless a process reads from the same pipe. */
static enum microk_status fill(struct input *i)
{
	u8 piece[FILE_DATA_MAX];
	enum microk_status status = OK;
	size_t got;

	if (!i->pipe || !spool_is_empty(i->spool) || i->feeder.fills ||
	    spool_room() < sizeof(piece))
		return OK;
	status = read_on(i, piece, sizeof(piece), &got);
	if (status == OK)
		spool_write(i->spool, piece, got);
	return status;
}

static enum microk_status read_pipe(struct input *i, void *to, size_t bytes, size_t *got)
{
	enum microk_status status = fill(i);

	*got = status == OK ? spool_read(i->spool, to, bytes) : 0;
	return status == OK && *got == 0 && i->pipe ? read_on(i, to, bytes, got) : status;
}

enum microk_status input_read(void *to, size_t bytes, size_t *got)
{
	*got = 0;
	switch (source->kind) {
	case INPUT_FILE: return read_stream(source->stream, to, bytes, got);
	case INPUT_PIPE: return read_pipe(source, to, bytes, got);
	case INPUT_TERMINAL: break;
	}
	return OK;
}

enum microk_status input_to_pipe(struct input *i)
{
	cap_t reader, writer;
	enum microk_status status;

	if (i->feeder.fills || spool_is_empty(i->spool))
		return OK;
	status = pipe_of_shell(&reader, &writer);
	if (status != OK)
		return status;
	i->fed = *i->spool;
	*i->spool = (struct spool){0};
	i->feeder = (struct pump){.from = i->pipe, .to = writer, .spool = &i->fed, .fills = true};
	i->pipe = reader;
	pump_begin(&i->feeder);
	pumps_move();
	return OK;
}

void input_end(struct input *i)
{
	if (i->feeder.fills)
		pump_end(&i->feeder);
	spool_clear(&i->fed);
	spool_clear(i->spool);
	if (i->pipe)
		slot_drop(i->pipe);
	i->pipe = 0;
	i->feeder.fills = false;
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

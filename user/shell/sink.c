/*
 * Batched output.
 *
 * Weighed: without a buffer each piece of text costs a round trip, with stdio's line buffering each
 * line. The shell knows when it is about to wait. So it sends when a message is full and before it
 * waits, and at no other time.
 */
#include "user/shell/sink.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/output.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/shell/pump.h"

static enum microk_status write_all(cap_t file, const char *data, size_t bytes)
{
	struct file_write_result taken;

	while (bytes > 0) {
		enum microk_status status = file_write(file, data, bytes, &taken);
		if (status != OK)
			return status;
		if (taken.written == 0 || taken.written > bytes)
			return ERR_FULL;
		data += taken.written;
		bytes -= taken.written;
	}
	return OK;
}

/* Other bytes may be collected while this waits; they are sent after these. */
static void send_pipe(struct sink *s, size_t used)
{
	char sent[FILE_DATA_MAX];

	memcpy(sent, s->collected, used);
	s->used = 0;
	s->sending = true;
	s->status = pipe_write(s->file, sent, used);
	s->sending = false;
}

void sink_flush(struct sink *s)
{
	if (s->sending)
		return;
	while (s->used > 0 && s->kind == SINK_PIPE && s->status == OK)
		send_pipe(s, s->used);
	if (s->used > 0 && s->kind == SINK_TERMINAL)
		output_file(s->file, s->collected, s->used);
	else if (s->used > 0 && s->status == OK)
		s->status = write_all(s->file, s->collected, s->used);
	s->used = 0;
}

static void collect(struct sink *s, const char *data, size_t bytes)
{
	while (bytes > 0) {
		size_t piece = MIN(bytes, sizeof(s->collected) - s->used);
		memcpy(s->collected + s->used, data, piece);
		s->used += piece;
		data += piece;
		bytes -= piece;
		if (s->used < sizeof(s->collected))
			continue;
		sink_flush(s);
		if (s->used > 0) { /* it is being sent */
			s->status = ERR_NO_SPACE;
			return;
		}
	}
}

/* Remembers the text of the row that the cursor is in. */
static void remember_line(struct sink *s, const char *data, size_t bytes)
{
	size_t start = bytes;

	/* Of much output, the end alone is looked at. */
	while (start > 0 && data[start - 1] != '\n' && bytes - start <= SINK_LINE_MAX)
		start--;
	if (start > 0 && data[start - 1] == '\n')
		s->line_used = 0;
	for (size_t i = start; i < bytes; i++) {
		if ((u8)data[i] < ' ' || s->line_used >= SINK_LINE_MAX)
			s->line_used = SINK_LINE_MAX + 1;
		else
			s->line[s->line_used++] = data[i];
	}
}

void sink_bytes(struct sink *s, const char *data, size_t bytes)
{
	if (bytes == 0)
		return;
	s->line_open = data[bytes - 1] != '\n';
	if (s->kind == SINK_TERMINAL)
		remember_line(s, data, bytes);
	if (s->kind != SINK_SPOOL)
		collect(s, data, bytes);
	else if (s->status == OK && spool_write(s->spool, data, bytes) < bytes)
		s->status = ERR_NO_SPACE;
}

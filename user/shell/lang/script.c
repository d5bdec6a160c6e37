#include "user/shell/lang/script.h"
#include "lib/microk/string.h"
#include "user/shell/input.h"
#include "user/shell/interruptible.h"
#include "user/shell/lang/eval.h"
#include "user/shell/output.h"

static const char too_long[] = "the script is longer than 65,536 bytes, or than the memory left";

/* Appends the stream's bytes to the arena, where nothing else is taken meanwhile. */
static char *read_stream(struct shell *s, struct stream *from, const char *path, size_t *length)
{
	char *text = arena_take(&s->arena, 0);
	enum microk_status status = OK;

	*length = 0;
	while (text && (status = interruptible_fill(from)) == OK && from->piece.data_length > 0) {
		size_t bytes = from->piece.data_length;
		if (bytes > SCRIPT_MAX - *length || bytes > s->arena.bytes - s->arena.used) {
			shell_fail(s, EXIT_NOT_RUNNABLE, "%s: %s", path, too_long);
			return NULL;
		}
		memcpy(text + *length, from->piece.data, bytes);
		*length += bytes;
		s->arena.used += bytes;
	}
	if (status == OK && text)
		return text;
	s->status = stream_report(s->name, path, status);
	if (status == ERR_CANCELLED)
		s->flow = FLOW_INTERRUPTED;
	else
		s->status = EXIT_NOT_RUNNABLE;
	return NULL;
}

static char *read_file(struct shell *s, const char *path, size_t *length)
{
	struct stream *from = arena_take(&s->arena, sizeof(*from));
	enum microk_status status = from ? stream_open(from, path, 0) : ERR_MEMORY;

	if (status != OK) {
		stream_report(s->name, path, status);
		s->status = status == ERR_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
		return NULL;
	}
	char *text = read_stream(s, from, path, length);
	stream_close(from);
	return text;
}

char *script_input(struct shell *s, size_t *length)
{
	char piece[256], *text = arena_take(&s->arena, 0);
	size_t got = 0;
	enum microk_status status = OK;

	*length = 0;
	while (text && (status = input_read(piece, sizeof(piece), &got)) == OK && got > 0) {
		if (got > SCRIPT_MAX - *length || got > s->arena.bytes - s->arena.used) {
			shell_fail(s, EXIT_NOT_RUNNABLE, "%s", too_long);
			return NULL;
		}
		memcpy(text + *length, piece, got);
		*length += got;
		s->arena.used += got;
	}
	if (status == OK && text)
		return text;
	shell_fail(s, EXIT_FAILED, "the input could not be read: %s", stream_error(status));
	return NULL;
}

/* "#!/bin/sh -x": whether the interpreter is a sh, which this shell is. */
static bool is_for_sh(const char *text, size_t length, char *name, size_t bytes)
{
	size_t start = 2, end;

	while (start < length && text[start] == ' ')
		start++;
	for (end = start; end < length && !strchr(" \t\r\n", text[end]); end++)
		if (text[end] == '/')
			start = end + 1;
	size_t used = end - start < bytes - 1 ? end - start : bytes - 1;
	memcpy(name, text + start, used);
	name[used] = '\0';
	return strcmp(name, "sh") == 0;
}

/* Whether the file can be run; prints the reason if it cannot. */
static bool is_script(struct shell *s, const char *path, const char *text, size_t length)
{
	char name[32];

	if (length >= 4 &&
	    memcmp(text,
		   "\x7f"
		   "ELF",
		   4) == 0)
		shell_fail(s, EXIT_NOT_RUNNABLE,
			   "%s: it is a program; this shell runs scripts and its own commands",
			   path);
	else if (memchr(text, '\0', length))
		shell_fail(s, EXIT_NOT_RUNNABLE, "%s: it is neither a script nor a program", path);
	else if (length >= 2 && text[0] == '#' && text[1] == '!' &&
		 !is_for_sh(text, length, name, sizeof(name)))
		shell_fail(s, EXIT_NOT_RUNNABLE, "%s: its first line asks for \"%s\"; there is sh",
			   path, name);
	else
		return true;
	return false;
}

int script_text(struct shell *s, const char *text, size_t length, u32 count, char **words)
{
	struct saved *saved = shell_save(s);

	if (!saved)
		return s->status;
	variables_keep_exported(&s->variables);
	s->loops = 0;
	s->exit_on_error = s->reject_unset = s->trace = s->keep_patterns = false;
	string_copy(s->name, sizeof(s->name), words[0]);
	s->scripts++;
	if (params_set(&s->params, count - 1, words + 1))
		eval_lines(s, text, length);
	else
		shell_fail(s, EXIT_FAILED, "its parameters are longer than %u bytes", PARAMS_BYTES);
	s->scripts--;
	shell_restore(s, saved);
	return s->status;
}

int script_run(struct shell *s, u32 count, char **words)
{
	size_t mark = arena_mark(&s->arena), length;
	char *text = read_file(s, words[0], &length);

	if (text && is_script(s, words[0], text, length))
		script_text(s, text, length, count, words);
	arena_release(&s->arena, mark);
	return s->status;
}

int script_source(struct shell *s, const char *path)
{
	size_t mark = arena_mark(&s->arena), length;
	char *text = read_file(s, path, &length);

	if (text)
		eval_lines(s, text, length);
	if (s->flow == FLOW_RETURN)
		s->flow = FLOW_ON;
	arena_release(&s->arena, mark);
	return s->status;
}

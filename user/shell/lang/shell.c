#include "user/shell/lang/shell.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

struct saved {
	size_t variables_used, params_used;
	u32 params_count, loops;
	bool exit_on_error, reject_unset, trace, keep_patterns;
	char name[SHELL_NAME_MAX + 1];
	char *variables, *params;
	struct stream_place *place;
};

void shell_begin(struct shell *s, void *memory, size_t bytes)
{
	*s = (struct shell){.arena = {.base = memory, .bytes = bytes}};
	string_copy(s->name, sizeof(s->name), "shell");
}

static void *copy_of(struct shell *s, const void *from, size_t bytes)
{
	void *to = arena_take(&s->arena, bytes);

	if (to)
		memcpy(to, from, bytes);
	return to;
}

struct saved *shell_save(struct shell *s)
{
	struct saved *saved = arena_take(&s->arena, sizeof(*saved));

	if (saved) {
		*saved = (struct saved){
			.variables_used = s->variables.used,
			.params_used = s->params.used,
			.params_count = s->params.count,
			.loops = s->loops,
			.exit_on_error = s->exit_on_error,
			.reject_unset = s->reject_unset,
			.trace = s->trace,
			.keep_patterns = s->keep_patterns,
			.variables = copy_of(s, s->variables.text, s->variables.used),
			.params = copy_of(s, s->params.text, s->params.used),
			.place = copy_of(s, stream_place(), sizeof(struct stream_place)),
		};
		memcpy(saved->name, s->name, sizeof(saved->name));
		if (saved->variables && saved->params && saved->place)
			return saved;
	}
	shell_fail(s, EXIT_FAILED, "there is no memory for one more subshell");
	return NULL;
}

void shell_restore(struct shell *s, const struct saved *saved)
{
	s->variables.used = saved->variables_used;
	memcpy(s->variables.text, saved->variables, saved->variables_used);
	s->params.used = saved->params_used;
	s->params.count = saved->params_count;
	memcpy(s->params.text, saved->params, saved->params_used);
	memcpy(s->name, saved->name, sizeof(s->name));
	s->loops = saved->loops;
	s->exit_on_error = saved->exit_on_error;
	s->reject_unset = saved->reject_unset;
	s->trace = saved->trace;
	s->keep_patterns = saved->keep_patterns;
	*stream_place() = *saved->place;
	if (s->flow != FLOW_INTERRUPTED)
		s->flow = FLOW_ON;
}

int shell_fail(struct shell *s, int status, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);
	err_row("%s: %s", s->name, text);
	s->status = status;
	return status;
}

bool shell_enter(struct shell *s)
{
	if (s->depth == SHELL_DEPTH_MAX) {
		shell_fail(s, EXIT_FAILED, "commands run in each other more than %u levels deep",
			   SHELL_DEPTH_MAX);
		s->flow = FLOW_EXIT;
		return false;
	}
	s->depth++;
	return true;
}

void shell_leave(struct shell *s)
{
	s->depth--;
}

bool shell_set(struct shell *s, const char *name, size_t length, const char *value)
{
	if (variable_set(&s->variables, name, length, value, strlen(value)))
		return true;
	shell_fail(s, EXIT_FAILED, "%.*s: the variables have no room for it; they have %u bytes",
		   (int)length, name, VARIABLES_BYTES);
	return false;
}

/* $NAME, $1, $?, $(...) and $((...)). */
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "user/shell/job.h"
#include "user/shell/lang/arithmetic.h"
#include "user/shell/lang/eval.h"
#include "user/shell/lang/expand_parts.h"
#include "user/shell/lang/lexer.h"
#include "user/shell/process.h"

size_t parameter_length(const char *text, size_t length, bool braces)
{
	size_t name = variable_name_length(text, length), digits = 0;

	if (name > 0 || length == 0)
		return name;
	while (digits < length && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	if (digits > 0)
		return braces ? digits : 1;
	return strchr("?#@*$!-", text[0]) ? 1 : 0;
}

static const char *number_text(char room[32], u64 n)
{
	format(room, 32, "%lu", n);
	return room;
}

static const char *options_text(const struct shell *s, char room[32])
{
	format(room, 32, "%s%s%s%s", s->exit_on_error ? "e" : "", s->keep_patterns ? "f" : "",
	       s->reject_unset ? "u" : "", s->trace ? "x" : "");
	return room;
}

const char *parameter_value(struct shell *s, const char *name, size_t length, char room[32])
{
	u32 n = 0;

	switch (name[0]) {
	case '?': return number_text(room, (u64)s->status);
	case '#': return number_text(room, s->params.count);
	case '-': return options_text(s, room);
	case '$': return number_text(room, process_own());
	case '!': return job_last_background() ? number_text(room, job_last_background()) : NULL;
	default: break;
	}
	if (name[0] < '0' || name[0] > '9')
		return variable_get(&s->variables, name, length);
	for (size_t i = 0; i < length; i++)
		n = n > 100000 ? n : n * 10 + (u32)(name[i] - '0');
	return n == 0 ? s->name : params_get(&s->params, n);
}

/* $@ and $*: each a word of its own; "$*" is one, with the first character of IFS between. */
static void expand_all(struct field *f, bool star, bool quoted)
{
	const struct params *p = &f->shell->params;
	const char *ifs = variable_get(&f->shell->variables, "IFS", 3);
	const char *value = p->text;
	bool joined = !f->out || (star && quoted);

	for (u32 i = 0; i < p->count && !f->failed; i++) {
		size_t length = strlen(value);
		if (i > 0 && joined && (!ifs || ifs[0]))
			field_byte(f, ifs ? ifs[0] : ' ', true);
		else if (i > 0 && !joined)
			field_end(f);
		f->present |= quoted;
		field_value(f, value, length, quoted);
		value += length + 1;
	}
}

void expand_parameter(struct field *f, const char *name, size_t length, bool quoted)
{
	char room[32];

	if (length == 1 && (name[0] == '@' || name[0] == '*')) {
		expand_all(f, name[0] == '*', quoted);
		return;
	}
	const char *value = parameter_value(f->shell, name, length, room);
	if (value)
		field_value(f, value, strlen(value), quoted);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): field_begin sets it */
	else if (f->shell->reject_unset) {
		char text[128];
		format(text, sizeof(text), "%.*s: is not set (set -u)", (int)length, name);
		field_fail(f, text);
	}
}

/* The output of the commands; newlines at its end are dropped. */
static void expand_commands(struct field *f, const char *text, size_t length, bool quoted)
{
	struct spool output = {0};
	size_t newlines = 0, got;
	char piece[128];

	if (!eval_capture(f->shell, text, length, &output))
		f->failed = true;
	while (!f->failed && (got = spool_read(&output, piece, sizeof(piece))) > 0)
		for (size_t i = 0; i < got && !f->failed; i++) {
			if (piece[i] == '\n') {
				newlines++;
				continue;
			}
			for (; newlines > 0; newlines--)
				field_value(f, "\n", 1, quoted);
			if (piece[i] != '\0')
				field_value(f, &piece[i], 1, quoted);
		}
	spool_clear(&output);
}

static const char *arithmetic_value(void *context, const char *name, size_t length)
{
	struct shell *s = context;

	return variable_get(&s->variables, name, length);
}

/* NOLINTNEXTLINE(misc-no-recursion): the lexer bounds the levels of a word */
static void expand_arithmetic(struct field *f, const char *text, size_t length, bool quoted)
{
	struct arithmetic a = {.value = arithmetic_value, .context = f->shell};
	struct field inner;
	char result[24];
	i64 n;

	/* The parameters in it first, as if it stood in "...". */
	f->failed = !field_begin(&inner, f->shell, NULL);
	for (size_t at = 0; !f->failed && at < length;) {
		if (text[at] == '$')
			at += expand_dollar(&inner, text + at, length - at, true);
		else
			field_byte(&inner, text[at++], true);
		f->failed = inner.failed;
	}
	if (f->failed)
		return;
	if (!arithmetic_evaluate(&a, inner.text, inner.used, &n)) {
		char error[96];
		format(error, sizeof(error), "$((...)): %s", a.error);
		field_fail(f, error);
		return;
	}
	format(result, sizeof(result), "%ld", n);
	field_value(f, result, strlen(result), quoted);
}

/* $(...), $((...)) and ${...}, which may contain each other; the texts are those between the outer brackets. */
/* NOLINTNEXTLINE(misc-no-recursion): the lexer bounds the levels of a word */
static void expand_bracket(struct field *f, const char *text, size_t end, bool quoted)
{
	if (!shell_enter(f->shell)) {
		f->failed = true;
		return;
	}
	if (text[1] == '{')
		expand_braces(f, text + 2, end - 3, quoted);
	else if (end >= 6 && text[2] == '(' && text[end - 2] == ')')
		expand_arithmetic(f, text + 3, end - 5, quoted);
	else
		expand_commands(f, text + 2, end - 3, quoted);
	shell_leave(f->shell);
}

/* NOLINTNEXTLINE(misc-no-recursion): the lexer bounds the levels of a word */
size_t expand_dollar(struct field *f, const char *text, size_t length, bool quoted)
{
	char next = length > 1 ? text[1] : '\0';

	if (next != '(' && next != '{') {
		size_t name = parameter_length(text + 1, length - 1, false);
		if (name == 0)
			field_byte(f, '$', quoted);
		else
			expand_parameter(f, text + 1, name, quoted);
		return 1 + name;
	}
	size_t end = 0;
	enum lex_error error = lexer_skip(text, &end, length, 0);
	if (error != LEX_OK) {
		field_fail(f, lexer_error_text(error));
		return length;
	}
	expand_bracket(f, text, end, quoted);
	return end;
}

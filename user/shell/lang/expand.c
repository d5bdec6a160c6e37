#include "user/shell/lang/expand.h"
#include "lib/microk/string.h"
#include "user/shell/lang/expand_parts.h"
#include "user/shell/lang/lexer.h"

/* Inside of "...": $ and a backslash before $ ` " \ and a newline are special (POSIX XCU 2.2.3). */
static void expand_double(struct field *f, const char *text, size_t length)
{
	/* "$@" without parameters makes no word. */
	bool all = (length == 2 && memcmp(text, "$@", 2) == 0) ||
		   (length == 4 && memcmp(text, "${@}", 4) == 0);

	f->present |= !all || f->shell->params.count > 0;
	for (size_t at = 0; at < length && !f->failed;) {
		char c = text[at], following = at + 1 < length ? text[at + 1] : '\0';
		if (c == '$') {
			at += expand_dollar(f, text + at, length - at, true);
		} else if (c == '\\' && following && strchr("$`\"\\\n", following)) {
			if (following != '\n')
				field_byte(f, following, true);
			at += 2;
		} else {
			field_byte(f, c, true);
			at++;
		}
	}
}

static size_t expand_quote(struct field *f, const char *text, size_t length)
{
	size_t end = 0;

	lexer_skip(text, &end, length, 0);
	if (text[0] == '"') {
		expand_double(f, text + 1, end - 2);
		return end;
	}
	f->present = true;
	for (size_t i = 1; i + 1 < end; i++)
		field_byte(f, text[i], true);
	return end;
}

void expand_part(struct field *f, const char *text, size_t length)
{
	for (size_t at = 0; at < length && !f->failed;) {
		char c = text[at];
		if (c == '\'' || c == '"') {
			at += expand_quote(f, text + at, length - at);
		} else if (c == '$') {
			at += expand_dollar(f, text + at, length - at, false);
		} else if (c == '\\' && at + 1 < length) {
			if (text[at + 1] != '\n')
				field_byte(f, text[at + 1], true);
			f->present |= text[at + 1] != '\n';
			at += 2;
		} else if (f->in_braces) {
			field_value(f, &c, 1, false);
			at++;
		} else {
			field_byte(f, c, false);
			at++;
		}
	}
}

/* ~ and ~/... at the front; without HOME, and for ~NAME, it stays as it is. */
static size_t expand_tilde(struct field *f, const char *text, size_t length)
{
	const char *home = variable_get(&f->shell->variables, "HOME", 4);

	if (length == 0 || text[0] != '~' || (length > 1 && text[1] != '/') || !home)
		return 0;
	f->present = true;
	field_value(f, home, strlen(home), true);
	return 1;
}

static bool expand_one(struct field *f, const char *text, size_t length)
{
	size_t at = expand_tilde(f, text, length);

	expand_part(f, text + at, length - at);
	field_end(f);
	return !f->failed;
}

/* Moves the texts down, right after the pointers in use: each lies above the one before it. */
static void compact(struct arena *a, struct fields *f)
{
	char *to = (char *)&f->word[f->count + 1];

	for (u32 i = 0; i < f->count; i++) {
		size_t bytes = strlen(f->word[i]) + 1;
		memmove(to, f->word[i], bytes);
		f->word[i] = to;
		to += bytes;
	}
	f->word[f->count] = NULL;
	arena_release(a, (size_t)((u8 *)to - a->base));
}

struct fields *expand_words(struct shell *s, const struct word *words)
{
	struct fields *out = arena_take(&s->arena, sizeof(*out));
	struct field f;

	if (!out) {
		shell_fail(s, EXIT_FAILED, "there is no memory for the words");
		return NULL;
	}
	out->count = 0;
	if (!field_begin(&f, s, out))
		return NULL;
	for (const struct word *w = words; w; w = w->next)
		if (!expand_one(&f, w->text, w->length))
			return NULL;
	compact(&s->arena, out);
	return out;
}

char *expand_text(struct shell *s, const char *text, size_t length)
{
	struct field f;

	if (!field_begin(&f, s, NULL) || !expand_one(&f, text, length))
		return NULL;
	f.text[f.used] = '\0';
	return f.text;
}

bool expand_pattern(struct shell *s, const char *text, size_t length, struct pattern *out)
{
	struct field f;

	if (!field_begin(&f, s, NULL) || !expand_one(&f, text, length))
		return false;
	*out = (struct pattern){.text = f.text, .quoted = f.quoted, .length = f.used};
	return true;
}

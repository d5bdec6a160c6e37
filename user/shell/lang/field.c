#include "user/shell/lang/field.h"
#include "lib/microk/string.h"
#include "user/shell/lang/glob.h"

bool field_begin(struct field *f, struct shell *s, struct fields *out)
{
	*f = (struct field){.shell = s, .out = out};
	f->text = arena_take(&s->arena, FIELD_MAX + 1);
	f->quoted = arena_take(&s->arena, FIELD_MAX + 1);
	if (!f->text || !f->quoted)
		field_fail(f, "there is no memory for the words");
	return !f->failed;
}

void field_fail(struct field *f, const char *reason)
{
	if (!f->failed)
		shell_fail(f->shell, EXIT_FAILED, "%s", reason);
	f->failed = true;
}

void field_byte(struct field *f, char c, bool quoted)
{
	if (f->used == FIELD_MAX) {
		field_fail(f, "a word is longer than 4,095 bytes");
		return;
	}
	f->text[f->used] = c;
	f->quoted[f->used++] = quoted;
	f->blanks_ended = false;
}

/* POSIX XCU 2.6.5: blanks of IFS at the ends are dropped; each other character of it ends a word, together with the blanks
 * around it. */
static void split(struct field *f, const char *value, size_t length)
{
	const char *ifs = variable_get(&f->shell->variables, "IFS", 3);

	if (!ifs)
		ifs = " \t\n";
	for (size_t i = 0; i < length && !f->failed; i++) {
		char c = value[i];
		bool separator = c && strchr(ifs, c);
		if (!separator) {
			field_byte(f, c, false);
		} else if (c == ' ' || c == '\t' || c == '\n') {
			if (f->used > 0 || f->present) {
				field_end(f);
				f->blanks_ended = true;
			}
		} else if (f->blanks_ended) {
			f->blanks_ended = false;
		} else {
			f->present = true;
			field_end(f);
		}
	}
}

void field_value(struct field *f, const char *value, size_t length, bool quoted)
{
	if (!quoted && f->out) {
		split(f, value, length);
		return;
	}
	for (size_t i = 0; i < length && !f->failed; i++)
		field_byte(f, value[i], quoted);
}

static void add(struct field *f)
{
	struct fields *out = f->out;

	if (out->count == FIELDS_MAX) {
		field_fail(f, "too many words (at most 1,024)");
		return;
	}
	out->word[out->count] = arena_copy(&f->shell->arena, f->text, f->used);
	if (!out->word[out->count])
		field_fail(f, "there is no memory for the words");
	else
		out->count++;
}

void field_end(struct field *f)
{
	struct pattern p = {.text = f->text, .quoted = f->quoted, .length = f->used};
	const char *error = NULL;
	u32 found = 0;

	if (f->failed || !f->out || (f->used == 0 && !f->present))
		return;
	if (!f->shell->keep_patterns && pattern_is_active(&p))
		found = glob_expand(&f->shell->arena, &p, f->out, &error);
	if (error)
		field_fail(f, error);
	else if (found == 0)
		add(f);
	f->used = 0;
	f->present = false;
}

/* ${NAME}, ${#NAME}, ${NAME:-word} and the like, ${NAME#pattern} and ${NAME%pattern} (POSIX XCU 2.6.2). */
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "user/shell/lang/expand.h"
#include "user/shell/lang/expand_parts.h"

struct braces {
	const char *name;
	size_t name_length;
	char operator; /* - = + ? # %, or 0 */
	bool colon;    /* an empty value counts as none */
	bool longest;  /* ## and %% */
	const char *word;
	size_t word_length;
};

/* False: it has another form. */
static bool parse(const char *text, size_t length, struct braces *b)
{
	*b = (struct braces){.name = text, .name_length = parameter_length(text, length, true)};
	size_t at = b->name_length;

	if (at == 0 || at == length)
		return at > 0;
	b->colon = text[at] == ':';
	at += b->colon;
	if (at == length || !strchr(b->colon ? "-=+?" : "-=+?#%", text[at]))
		return false;
	b->operator= text[at++];
	b->longest =
		(b->operator== '#' || b->operator== '%') && at < length && text[at] == b->operator;
	at += b->longest;
	b->word = text + at;
	b->word_length = length - at;
	return true;
}

static void add_word(struct field *f, const struct braces *b, bool quoted)
{
	bool before = f->in_braces;

	if (quoted) { /* inside of "..." its quotes are as they would be without braces */
		char *text = expand_text(f->shell, b->word, b->word_length);
		if (!text)
			f->failed = true;
		else
			field_value(f, text, strlen(text), true);
		return;
	}
	f->in_braces = true;
	expand_part(f, b->word, b->word_length);
	f->in_braces = before;
}

static void assign(struct field *f, const struct braces *b, bool quoted)
{
	char *text = expand_text(f->shell, b->word, b->word_length);

	if (text && !variable_name(b->name, b->name_length))
		field_fail(f, "${...=...} sets variables alone");
	else if (!text || !shell_set(f->shell, b->name, b->name_length, text))
		f->failed = true;
	if (!f->failed)
		field_value(f, text, strlen(text), quoted);
}

static void reject(struct field *f, const struct braces *b)
{
	char *text = expand_text(f->shell, b->word, b->word_length), error[160];

	if (!text) {
		f->failed = true;
		return;
	}
	format(error, sizeof(error), "%.*s: %s", (int)b->name_length, b->name,
	       text[0] ? text : "is not set");
	field_fail(f, error);
	f->shell->flow = FLOW_EXIT; /* POSIX: a script ends */
}

/* The value without the part at its front (#) or end (%) that the pattern fits. */
static void cut(struct field *f, const struct braces *b, const char *value, bool quoted)
{
	struct pattern p;
	size_t length = strlen(value);

	/* The pattern's own expansion may set the variable. */
	value = arena_copy(&f->shell->arena, value, length);
	if (!value)
		field_fail(f, "there is no memory for the words");
	if (!value || !expand_pattern(f->shell, b->word, b->word_length, &p)) {
		f->failed = true;
		return;
	}
	for (size_t i = 0; i <= length; i++) {
		size_t part = b->longest ? length - i : i;
		bool front = b->operator== '#';
		if (!pattern_matches(&p, front ? value : value + length - part, part))
			continue;
		field_value(f, front ? value + part : value, length - part, quoted);
		return;
	}
	field_value(f, value, length, quoted);
}

static void add_length(struct field *f, const char *value)
{
	char text[24];
	u64 characters = 0;

	for (const char *c = value ? value : ""; *c; c++)
		characters += ((u8)*c & 0xc0) != 0x80;
	format(text, sizeof(text), "%lu", characters);
	field_value(f, text, strlen(text), true);
}

static bool is_all(const struct braces *b)
{
	return b->name[0] == '@' || b->name[0] == '*';
}

void expand_braces(struct field *f, const char *text, size_t length, bool quoted)
{
	struct braces b;
	char room[32];
	bool of_length = length > 1 && text[0] == '#';

	if (!parse(text + of_length, length - of_length, &b) || (of_length && b.operator)) {
		field_fail(f, "${...} has a form that is not supported");
		return;
	}
	bool all = is_all(&b);
	const char *value = all ? f->shell->params.count ? f->shell->params.text : NULL
				: parameter_value(f->shell, b.name, b.name_length, room);
	bool there = value && (!b.colon || value[0]);
	if (of_length && all)
		expand_parameter(f, "#", 1, quoted);
	else if (of_length)
		add_length(f, value);
	else if (!b.operator||(there && strchr("-=?", b.operator)))
		expand_parameter(f, b.name, b.name_length, quoted);
	else if (b.operator== '#' || b.operator== '%')
		cut(f, &b, value ? value : "", quoted);
	else if (b.operator== '-' ||(b.operator== '+' && there))
		add_word(f, &b, quoted);
	else if (b.operator== '=')
		assign(f, &b, quoted);
	else if (b.operator== '?')
		reject(f, &b);
}

/*
 * Tab.
 *
 * Weighed: bash completes at the first Tab and lists at the second; fish lists at once. Here the
 * first Tab does as much as it can: it inserts the letters that are certain, and lists the choices
 * if none are.
 */
#include "user/shell/complete.h"
#include "lib/microk/string.h"
#include "user/shell/columns.h"
#include "user/shell/command.h"
#include "user/shell/listing.h"
#include "user/shell/output.h"

void choices_add(struct choices *c, const char *prefix, const char *name, bool directory)
{
	if (c->count == CHOICES_MAX || strncmp(name, prefix, strlen(prefix)) != 0)
		return;
	c->name[c->count] = name;
	c->directory[c->count++] = directory;
}

/* Bytes that all names begin with, whole characters only. */
static size_t common_bytes(const struct choices *c)
{
	size_t common = c->count > 0 ? strlen(c->name[0]) : 0;

	for (u32 i = 1; i < c->count; i++) {
		size_t same = 0;
		while (same < common && c->name[i][same] == c->name[0][same])
			same++;
		common = same;
	}
	while (c->count > 0 && common > 0 && ((u8)c->name[0][common] & 0xc0) == 0x80)
		common--;
	return common;
}

/* Whether the byte that the rest of a name begins with needs a backslash before it to stand for itself. */
static bool needs_backslash(const char *rest, char quote)
{
	char c = *rest;

	if (c == '[' && !strchr(rest, ']'))
		return false;
	if (quote == '\'')
		return false;
	return strchr(quote == '"' ? "\"\\$`" : " \t'\"\\|&;<>()#$`*?[~", c);
}

bool choices_insert(const struct choices *c, struct editor *e, size_t typed, char quote)
{
	char text[2 * (FILE_NAME_MAX + 2) + 2];
	size_t used = 0, common = common_bytes(c);

	for (size_t i = typed; i < common && used < sizeof(text) - 4; i++) {
		if (quote == '\'' && c->name[0][i] == '\'')
			break; /* '...' cannot contain it */
		if (needs_backslash(c->name[0] + i, quote))
			text[used++] = '\\';
		text[used++] = c->name[0][i];
	}
	if (c->count == 1) {
		if (!c->directory[0] && quote != 0)
			text[used++] = quote;
		text[used++] = c->directory[0] ? '/' : ' ';
	}
	return used > 0 && editor_insert(e, text, used);
}

static struct shown_name shown(const void *context, u32 i)
{
	const struct choices *c = context;

	return (struct shown_name){c->name[i], c->directory[i] ? "/" : ""};
}

static void choose_commands(struct choices *c, const char *prefix)
{
	for (u32 i = 0; i < command_count; i++)
		choices_add(c, prefix, commands[i]->name, false);
}

/* Adds the entries that begin as `word` does; returns where its last component begins. */
static size_t choose_paths(struct choices *c, const char *word)
{
	char directory[EDITOR_MAX + 1];
	const char *slash = strrchr(word, '/');
	size_t start = slash ? (size_t)(slash - word) + 1 : 0;
	const struct listing *l;

	memcpy(directory, start > 0 ? word : ".", start > 0 ? start : 1);
	directory[start > 0 ? start : 1] = '\0';
	if (listing_read(directory, &l) == OK)
		for (u32 i = 0; i < l->count; i++)
			choices_add(c, word + start, l->entry[i]->name,
				    l->entry[i]->kind == KIND_DIRECTORY);
	return start;
}

/* Copies the word of the line that begins at or after `from` and before `end`; returns where it ends. */
static size_t word_at(const struct editor *e, size_t from, size_t end, char to[EDITOR_MAX + 1])
{
	size_t length = 0;

	while (from < end && e->text[from] == ' ')
		from++;
	for (; from < end && e->text[from] != ' '; from++)
		to[length++] = e->text[from];
	to[length] = '\0';
	return from;
}

/* Whether a command stands after this word of the language. */
static bool starts_command(const char *word)
{
	static const char *const words[] = {
		"if", "then", "elif", "else", "while", "until", "do", "!", "{"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* The completions of the word that begins at `start` of the line. The command before it decides: the line's own, or
 * the command that is an argument of that. */
static enum completes what_completes(const struct editor *e, size_t command, size_t start)
{
	char word[EDITOR_MAX + 1];
	size_t at = word_at(e, command, start, word);

	while (starts_command(word))
		at = word_at(e, at, start, word);
	for (bool first = true; word[0] != '\0'; first = false) {
		const struct command *c = command_find(word);
		if (!c && first)
			return COMPLETES_PATHS;
		if (c && c->completes != COMPLETES_COMMAND_LINE)
			return c->completes;
		/* Options of the outer command may stand before the inner one. */
		at = word_at(e, at, start, word);
	}
	return COMPLETES_COMMANDS;
}

bool complete(struct editor *e)
{
	static struct choices c;
	char word[EDITOR_MAX + 1], quote;
	size_t command, start = last_word(e->text, e->cursor, word, &quote, &command);
	size_t component = 0, before = start;

	while (before > command && e->text[before - 1] == ' ')
		before--;
	/* The word after < or > is a file, whatever the command. */
	bool target = before > 0 && (e->text[before - 1] == '<' || e->text[before - 1] == '>');

	c.count = 0;
	switch (target ? COMPLETES_PATHS : what_completes(e, command, start)) {
	case COMPLETES_COMMANDS: choose_commands(&c, word); break;
	case COMPLETES_PATHS: component = choose_paths(&c, word); break;
	case COMPLETES_COMMAND_LINE: /* never returned: the inner command decides */
	case COMPLETES_NOTHING: break;
	}
	if (c.count == 0 || choices_insert(&c, e, strlen(word + component), quote))
		return false;
	out("\n");
	columns_show(&c, c.count, shown, command_columns());
	return true;
}

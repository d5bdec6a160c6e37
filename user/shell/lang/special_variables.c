/* export, unset, set and shift. */
#include "lib/microk/string.h"
#include "user/shell/lang/special_parts.h"
#include "user/shell/output.h"

/* The value in '...', so that the row can be read as input again. */
static void show_quoted(const char *value)
{
	out_text("'");
	for (; *value; value++) {
		char c[2] = {*value, '\0'};
		if (*value == '\'')
			out_text("'\\''");
		else
			out_name(c);
	}
	out_text("'");
}

static void show_variables(const struct shell *s, bool exported_only)
{
	size_t at = 0;
	const char *record;
	bool exported;

	while ((record = variables_next(&s->variables, &at, &exported))) {
		const char *equals = strchr(record, '=');
		if (exported_only ? !exported : !equals)
			continue;
		out_text(exported_only ? "export " : "");
		out("%.*s", equals ? (int)(equals - record) : (int)strlen(record), record);
		if (equals) {
			out_text("=");
			show_quoted(equals + 1);
		}
		out_text("\n");
	}
}

int special_bad_name(struct shell *s, const char *command, const char *word)
{
	return shell_fail(
		s, EXIT_FAILED, "%s: \"%s\" is not the name of a variable", command, word);
}

int special_export(struct shell *s, u32 count, char **words)
{
	if (count > 1 && words[1][0] == '-')
		return special_reject(words);
	if (count == 1)
		show_variables(s, true);
	for (u32 i = 1; i < count; i++) {
		size_t name = variable_name_length(words[i], strlen(words[i]));
		if (name == 0 || (words[i][name] != '\0' && words[i][name] != '='))
			return special_bad_name(s, "export", words[i]);
		if (words[i][name] == '=' && !shell_set(s, words[i], name, words[i] + name + 1))
			return EXIT_FAILED;
		if (!variable_export(&s->variables, words[i], name))
			return shell_fail(
				s, EXIT_FAILED, "export: there is no room for %s", words[i]);
	}
	return EXIT_OK;
}

int special_unset(struct shell *s, u32 count, char **words)
{
	if (count < 2 || words[1][0] == '-')
		return special_reject(words);
	for (u32 i = 1; i < count; i++) {
		if (!variable_name(words[i], strlen(words[i])))
			return special_bad_name(s, "unset", words[i]);
		variable_unset(&s->variables, words[i], strlen(words[i]));
	}
	return EXIT_OK;
}

/* "-eu" or "+x"; false for a letter that is not known. */
static bool set_options(struct shell *s, const char *word)
{
	bool on = word[0] == '-';

	for (const char *l = word + 1; *l; l++) {
		if (!strchr("efux", *l))
			return false;
		bool *option =
			*l == 'e'   ? &s->exit_on_error
			: *l == 'f' ? &s->keep_patterns
			: *l == 'u' ? &s->reject_unset
				    : &s->trace;
		*option = on;
	}
	return true;
}

int special_set(struct shell *s, u32 count, char **words)
{
	u32 i = 1;
	bool all = false;

	if (count == 1)
		show_variables(s, false);
	for (; i < count && (words[i][0] == '-' || words[i][0] == '+') && words[i][1]; i++) {
		all = strcmp(words[i], "--") == 0;
		if (all) {
			i++;
			break;
		}
		if (!set_options(s, words[i]))
			return special_reject(words);
	}
	if ((i < count || all) && !params_set(&s->params, count - i, words + i))
		return shell_fail(
			s, EXIT_FAILED, "set: the words are longer than %u bytes", PARAMS_BYTES);
	return EXIT_OK;
}

int special_shift(struct shell *s, u32 count, char **words)
{
	u64 n = 1;

	if (count > 2 || (count == 2 && !string_number(words[1], &n)))
		return special_reject(words);
	if (n > s->params.count)
		return shell_fail(
			s, EXIT_FAILED, "shift: there are %u parameters", s->params.count);
	params_shift(&s->params, (u32)n);
	return EXIT_OK;
}

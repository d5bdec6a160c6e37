/* test and [: a condition, for if and while. */
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/condition.h"
#include "user/shell/output.h"

static int test_words(const char *name, u32 count, char **words)
{
	const char *error = NULL;
	int result = condition_evaluate(count, words, &error);

	if (result == EXIT_USAGE)
		err_row("%s: %s: not a condition that it knows, or not a number", name, error);
	return result;
}

static int test_run(const struct arguments *a)
{
	return test_words("test", a->count, a->word);
}

static int bracket_run(const struct arguments *a)
{
	if (a->count == 0 || strcmp(a->word[a->count - 1], "]") != 0) {
		err_row("[: \"]\" is missing at the end");
		return EXIT_USAGE;
	}
	return test_words("[", a->count - 1, a->word);
}

const struct command command_test = {
	.name = "test",
	.usage = "test CONDITION",
	.summary = "Check a condition",
	.details =
		"Files: -e -f -d -L -s -r -w -x PATH. Texts: TEXT, -n TEXT, -z TEXT, A = B, A != "
		"B.\nNumbers: A -eq B, -ne, -lt, -le, -gt, -ge. ! before one negates it.",
	.completes = COMPLETES_PATHS,
	.accepts = {NULL, 0, ARGUMENTS_MANY},
	.run = test_run,
};

const struct command command_bracket = {
	.name = "[",
	.usage = "[ CONDITION ]",
	.summary = "Check a condition, as test does",
	.details = "",
	.completes = COMPLETES_PATHS,
	.accepts = {NULL, 0, ARGUMENTS_MANY},
	.run = bracket_run,
};

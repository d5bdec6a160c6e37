/* echo: shows its words. */
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

static int echo_run(const struct arguments *a)
{
	bool open = a->count > 0 && strcmp(a->word[0], "-n") == 0;

	for (u32 i = open; i < a->count; i++)
		out("%s%s", i > open ? " " : "", a->word[i]);
	if (!open)
		out("\n");
	return EXIT_OK;
}

const struct command command_echo = {
	.name = "echo",
	.usage = "echo [-n] [WORD...]",
	.summary = "Show words",
	.details = "Quotes keep blanks together: echo \"two  blanks\". -n leaves the line open.",
	.completes = COMPLETES_PATHS,
	.accepts = {NULL, 0, ARGUMENTS_MANY}, /* POSIX: its words are shown as they are */
	.run = echo_run,
};

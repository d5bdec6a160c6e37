/* echo: shows its words. */
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

static void echo_run(u32 count, char **words)
{
	u32 first = count > 1 && strcmp(words[1], "-n") == 0 ? 2 : 1;

	for (u32 i = first; i < count; i++)
		out("%s%s", i > first ? " " : "", words[i]);
	if (first == 1)
		out("\n");
}

const struct command command_echo = {
	.name = "echo",
	.usage = "echo [-n] [WORD...]",
	.summary = "Show words",
	.details = "Quotes keep blanks together: echo \"two  blanks\". -n leaves the line open.",
	.completes = COMPLETES_PATHS,
	.run = echo_run,
};

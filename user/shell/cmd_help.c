/* help: lists the commands and shows how each is used. */
#include "user/shell/command.h"
#include "user/shell/output.h"

static void help_one(const char *name)
{
	const struct command *c = command_find(name);

	if (!c) {
		out_row("help: there is no command \"%s\"", name);
		return;
	}
	out("usage: %s\n%s.\n", c->usage, c->summary);
	if (c->details[0] != '\0')
		out("%s\n", c->details);
}

static void help_run(u32 count, char **words)
{
	if (count > 1) {
		for (u32 i = 1; i < count; i++)
			help_one(words[i]);
		return;
	}
	for (u32 i = 0; i < command_count; i++)
		out("  %-22s %s\n", commands[i]->usage, commands[i]->summary);
	out("Tab completes, Up and Down recall lines, ^C drops one. help COMMAND shows more.\n");
}

const struct command command_help = {
	.name = "help",
	.usage = "help [COMMAND...]",
	.summary = "List the commands, or explain some",
	.details = "",
	.completes = COMPLETES_COMMANDS,
	.run = help_run,
};

/* help: lists the commands and shows how each is used. */
#include "user/shell/command.h"
#include "user/shell/lang/special.h"
#include "user/shell/output.h"

/* The commands that are a part of the language, in rows. */
static void show_special(void)
{
	const char *name;

	out("Of the language: if for while until case ( ) { } ! && || ; | < > 2> $");
	for (u32 i = 0; (name = special_name(i)); i++)
		out("%s%s", i ? " " : "\n  ", name);
	out("\n");
}

static int help_one(const char *name)
{
	const struct command *c = command_find(name);

	if (!c && special_usage(name)) {
		out_row("usage: %s", special_usage(name));
		return EXIT_OK;
	}
	if (!c) {
		err_row("help: there is no command \"%s\"", name);
		return EXIT_FAILED;
	}
	out("usage: %s\n%s.\n", c->usage, c->summary);
	if (c->details[0] != '\0')
		out("%s\n", c->details);
	return EXIT_OK;
}

static int help_run(const struct arguments *a)
{
	int exit = EXIT_OK;

	for (u32 i = 0; i < a->count; i++)
		exit = exit_worse(exit, help_one(a->word[i]));
	if (a->count > 0)
		return exit;
	for (u32 i = 0; i < command_count; i++)
		out("  %-22s %s\n", commands[i]->usage, commands[i]->summary);
	show_special();
	out("Tab completes; Up, Down, ^R recall lines, ^C drops one. help COMMAND: more.\n");
	return EXIT_OK;
}

const struct command command_help = {
	.name = "help",
	.usage = "help [COMMAND...]",
	.summary = "List the commands, or explain some",
	.details = "",
	.completes = COMPLETES_COMMANDS,
	.accepts = {"", 0, ARGUMENTS_MANY},
	.run = help_run,
};

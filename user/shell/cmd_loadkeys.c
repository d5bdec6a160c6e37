/* loadkeys: the layout of the console's keyboard. */
#include "gen/protocols/tty_client.h"
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

static int list(cap_t console)
{
	struct tty_layout_result l;
	enum microk_status status;

	for (u32 i = 0; (status = tty_layout(console, i, &l)) == OK; i++)
		out("%s %-4s %s\n", l.used ? "*" : " ", l.name, l.title);
	if (status == ERR_NOT_FOUND) /* after the last */
		return EXIT_OK;
	err_row("loadkeys: %s", command_error(status, "the console is not running"));
	return EXIT_FAILED;
}

static int loadkeys_run(const struct arguments *a)
{
	cap_t console = command_grant("loadkeys", "console");

	if (!console)
		return EXIT_FAILED;
	if (a->count == 0)
		return list(console);
	enum microk_status status =
		strlen(a->word[0]) > TTY_SET_LAYOUT_NAME_MAX
			? ERR_NOT_FOUND
			: tty_set_layout(console, a->word[0]);
	if (status == OK)
		return EXIT_OK;
	if (status == ERR_NOT_FOUND)
		err_row("loadkeys: %s: no such layout (loadkeys lists all)", a->word[0]);
	else
		err_row("loadkeys: %s", command_error(status, "the console is not running"));
	return EXIT_FAILED;
}

const struct command command_loadkeys = {
	.name = "loadkeys",
	.usage = "loadkeys [LAYOUT]",
	.summary = "Set the keyboard's layout, or list the layouts",
	.details =
		"A layout is named as its country: us, uk, de, fr, es ... The list marks the one "
		"in "
		"use. It is the keyboard's beside the screen; a terminal on the serial line sends "
		"characters, and has a layout of its own.",
	.accepts = {"", 0, 1},
	.run = loadkeys_run,
};

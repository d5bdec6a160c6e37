/* loadkeys: the layout of the console's keyboard. */
#include "gen/protocols/tty_client.h"
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

extern const struct command command_loadkeys;

static void list(cap_t console)
{
	struct tty_layout_result l;

	for (u32 i = 0; tty_layout(console, i, &l) == OK; i++)
		out("%s %-4s %s\n", l.used ? "*" : " ", l.name, l.title);
}

static void loadkeys_run(u32 count, char **words)
{
	cap_t console = command_grant("loadkeys", "console");

	if (!console)
		return;
	if (count == 1) {
		list(console);
		return;
	}
	if (count > 2 || words[1][0] == '-') {
		command_usage(&command_loadkeys);
		return;
	}
	enum microk_status status =
		strlen(words[1]) > TTY_SET_LAYOUT_NAME_MAX
			? ERR_NOT_FOUND
			: tty_set_layout(console, words[1]);
	if (status == ERR_NOT_FOUND)
		out_row("loadkeys: %s: no such layout (loadkeys lists all)", words[1]);
	else if (status != OK)
		out("loadkeys: %s\n", command_error(status, "the console is not running"));
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
	.run = loadkeys_run,
};

/* clear: empties the screen. */
#include "user/shell/command.h"
#include "user/shell/output.h"

static int clear_run(const struct arguments *a)
{
	(void)a;
	out("\x1b[H\x1b[2J"); /* ECMA-48: CUP home, ED all */
	return EXIT_OK;
}

const struct command command_clear = {
	.name = "clear",
	.usage = "clear",
	.summary = "Clear the screen (also ^L)",
	.details = "",
	.run = clear_run,
};

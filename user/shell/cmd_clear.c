/* clear: empties the screen. */
#include "user/shell/command.h"
#include "user/shell/output.h"

static void clear_run(u32 count, char **words)
{
	(void)count;
	(void)words;
	out("\x1b[H\x1b[2J"); /* ECMA-48: CUP home, ED all */
}

const struct command command_clear = {
	.name = "clear",
	.usage = "clear",
	.summary = "Clear the screen (also ^L)",
	.details = "",
	.run = clear_run,
};

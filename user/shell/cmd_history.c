/* history: the lines that were typed before. */
#include "user/shell/command.h"
#include "user/shell/line.h"
#include "user/shell/output.h"

static int history_run(const struct arguments *a)
{
	const char *line;

	(void)a;
	for (u32 i = 0; (line = line_earlier(i)); i++)
		out_row("%5u  %s", i + 1, line);
	return EXIT_OK;
}

const struct command command_history = {
	.name = "history",
	.usage = "history",
	.summary = "List the lines typed before",
	.details = "Up and Down recall them one by one, ^R searches for a part of one.",
	.run = history_run,
};

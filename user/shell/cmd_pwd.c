/* pwd: shows the working directory. */
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

static int pwd_run(const struct arguments *a)
{
	(void)a;
	out_row("%s", stream_cwd());
	return EXIT_OK;
}

const struct command command_pwd = {
	.name = "pwd",
	.usage = "pwd",
	.summary = "Show the directory that relative paths begin at",
	.details = "",
	.run = pwd_run,
};

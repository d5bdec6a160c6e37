/* pwd: shows the working directory. */
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

static void pwd_run(u32 count, char **words)
{
	(void)count;
	(void)words;
	out_row("%s", stream_cwd());
}

const struct command command_pwd = {
	.name = "pwd",
	.usage = "pwd",
	.summary = "Show the directory that relative paths begin at",
	.details = "",
	.run = pwd_run,
};

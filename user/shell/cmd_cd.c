/* cd: changes the directory that relative paths begin at. */
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

extern const struct command command_cd;

static void cd_run(u32 count, char **words)
{
	const char *path = count == 2 ? words[1] : "/";

	if (count > 2) {
		command_usage(&command_cd);
		return;
	}
	enum microk_status status = stream_chdir(path);
	if (status == ERR_NOT_FOUND)
		out_row("cd: %s: no such directory", path);
	else if (status != OK)
		stream_report("cd", path, status);
}

const struct command command_cd = {
	.name = "cd",
	.usage = "cd [DIRECTORY]",
	.summary = "Go to a directory; without one, to /",
	.details = "",
	.completes = COMPLETES_PATHS,
	.run = cd_run,
};

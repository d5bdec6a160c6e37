/* mv: gives a file another name, or another directory. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

extern const struct command command_mv;

static void mv_run(u32 count, char **words)
{
	char from[FILE_PATH_MAX + 1], to[FILE_PATH_MAX + 1];

	if (count != 3) {
		command_usage(&command_mv);
		return;
	}
	enum microk_status status = stream_absolute(words[1], from);
	if (status == OK)
		status = stream_target(words[2], from, to);
	if (status == OK)
		status = path_rename(from, to, 0);
	/* The one argument that a server can find wrong here. */
	if (status == ERR_ARG) {
		stream_show_safely(to);
		out("mv: %s: a directory cannot be moved into itself; %s is below it, so choose "
		    "another place\n",
		    words[1], to);
	} else if (status != OK)
		stream_report("mv", words[1], status);
}

const struct command command_mv = {
	.name = "mv",
	.usage = "mv FROM TO",
	.summary = "Rename or move a file",
	.details = "If TO is a directory, the file keeps its name in it.",
	.completes = COMPLETES_PATHS,
	.run = mv_run,
};

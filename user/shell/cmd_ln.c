/* ln: gives a file a second name, or makes a symbolic link. */
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"

extern const struct command command_ln;

static void ln_run(u32 count, char **words)
{
	bool symbolic = count > 1 && strcmp(words[1], "-s") == 0;
	char from[FILE_PATH_MAX + 1], to[FILE_PATH_MAX + 1];

	if (count != (symbolic ? 4 : 3)) {
		command_usage(&command_ln);
		return;
	}
	const char *target = words[count - 2];
	enum microk_status status = stream_target(words[count - 1], target, to);
	if (status == OK && !symbolic)
		status = stream_absolute(target, from);
	if (status == OK)
		status = symbolic ? path_symlink(target, to) : path_link(from, to);
	if (status != OK)
		stream_report("ln", words[count - 1], status);
}

const struct command command_ln = {
	.name = "ln",
	.usage = "ln [-s] TARGET NAME",
	.summary = "Give a file a second name",
	.details = "-s makes a symbolic link, which contains TARGET as it is written.",
	.completes = COMPLETES_PATHS,
	.run = ln_run,
};

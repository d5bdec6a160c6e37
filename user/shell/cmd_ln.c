/* ln: gives a file a second name, or makes a symbolic link. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"

static int ln_run(const struct arguments *a)
{
	bool symbolic = arguments_have(a, 's');
	const char *target = a->word[0], *name = a->word[1];
	char from[FILE_PATH_MAX + 1], to[FILE_PATH_MAX + 1];

	enum microk_status status = stream_target(name, target, to);
	if (status == OK && !symbolic)
		status = stream_absolute(target, from);
	if (status == OK)
		status = symbolic ? path_symlink(target, to) : path_link(from, to);
	return status == OK ? EXIT_OK : stream_report("ln", name, status);
}

const struct command command_ln = {
	.name = "ln",
	.usage = "ln [-s] TARGET NAME",
	.summary = "Give a file a second name",
	.details = "-s makes a symbolic link, which contains TARGET as it is written.",
	.completes = COMPLETES_PATHS,
	.has_namesake = true,
	.accepts = {"s", 2, 2},
	.run = ln_run,
};

/* mkdir: makes directories. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"

static int mkdir_run(const struct arguments *a)
{
	char path[FILE_PATH_MAX + 1];

	int exit = EXIT_OK;

	for (u32 i = 0; i < a->count; i++) {
		enum microk_status status = stream_absolute(a->word[i], path);
		if (status == OK)
			status = path_mkdir(path, 0777);
		if (status != OK)
			exit = stream_report("mkdir", a->word[i], status);
	}
	return exit;
}

const struct command command_mkdir = {
	.name = "mkdir",
	.usage = "mkdir DIRECTORY...",
	.summary = "Make directories",
	.details = "",
	.completes = COMPLETES_PATHS,
	.has_namesake = true,
	.accepts = {"", 1, ARGUMENTS_MANY},
	.run = mkdir_run,
};

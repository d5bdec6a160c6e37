/* mkdir: makes directories. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"

extern const struct command command_mkdir;

static void mkdir_run(u32 count, char **words)
{
	char path[FILE_PATH_MAX + 1];

	if (count < 2)
		command_usage(&command_mkdir);
	for (u32 i = 1; i < count; i++) {
		enum microk_status status = stream_absolute(words[i], path);
		if (status == OK)
			status = path_mkdir(path, 0777);
		if (status != OK)
			stream_report("mkdir", words[i], status);
	}
}

const struct command command_mkdir = {
	.name = "mkdir",
	.usage = "mkdir DIRECTORY...",
	.summary = "Make directories",
	.details = "",
	.completes = COMPLETES_PATHS,
	.run = mkdir_run,
};

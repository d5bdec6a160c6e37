/* rm: removes files, and with -r directories with everything in them. */
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"
#include "user/shell/tree.h"

extern const struct command command_rm;

static enum microk_status remove_path(char *path, bool with_entries)
{
	struct entry e;
	enum microk_status status = stream_stat_link(path, &e);

	if (status != OK)
		return status;
	if (e.kind != KIND_DIRECTORY)
		return path_unlink(path, 0);
	return with_entries ? tree_remove(path) : ERR_IS_DIR;
}

static void rm_run(u32 count, char **words)
{
	static char path[FILE_PATH_MAX + 1];
	bool with_entries = count > 1 && strcmp(words[1], "-r") == 0;
	u32 first = with_entries ? 2 : 1;

	if (count <= first || (words[first][0] == '-' && words[first][1] != '\0')) {
		command_usage(&command_rm);
		return;
	}
	for (u32 i = first; i < count; i++) {
		enum microk_status status = stream_absolute(words[i], path);
		size_t length = strlen(path);
		if (status == OK && length > 1 && path[length - 1] == '/')
			path[length - 1] = '\0';
		if (status == OK)
			status = remove_path(path, with_entries);
		if (status != OK)
			stream_report("rm", path, status);
	}
}

const struct command command_rm = {
	.name = "rm",
	.usage = "rm [-r] PATH...",
	.summary = "Remove files",
	.details = "-r also removes directories, with everything in them.",
	.completes = COMPLETES_PATHS,
	.run = rm_run,
};

/* cp: copies a file. */
#include "user/shell/command.h"
#include "user/shell/stream.h"
#include "user/shell/tree.h"

extern const struct command command_cp;

static void cp_run(u32 count, char **words)
{
	char to[FILE_PATH_MAX + 1];
	struct entry from, there;
	const char *path = words[1];

	if (count != 3) {
		command_usage(&command_cp);
		return;
	}
	enum microk_status status = stream_stat(words[1], &from);
	if (status == OK && from.kind == KIND_DIRECTORY)
		status = ERR_IS_DIR;
	if (status == OK)
		status = stream_target(words[2], words[1], to);
	/* A file that is copied to itself would be empty first. */
	if (status == OK && stream_stat(to, &there) == OK && from.bytes &&
	    from.node == there.node && from.bytes == there.bytes && from.modified == there.modified)
		status = ERR_EXISTS;
	if (status == OK)
		status = tree_copy_file(words[1], to, &path);
	if (status != OK)
		stream_report("cp", path, status);
}

const struct command command_cp = {
	.name = "cp",
	.usage = "cp FROM TO",
	.summary = "Copy a file",
	.details = "If TO is a directory, the copy has the same name in it. ^C stops it; TO has a "
		   "part of FROM then.",
	.completes = COMPLETES_PATHS,
	.run = cp_run,
};

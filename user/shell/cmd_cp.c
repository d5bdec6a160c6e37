/* cp: copies a file. */
#include "user/shell/command.h"
#include "user/shell/stream.h"
#include "user/shell/tree.h"

static int cp_run(const struct arguments *a)
{
	char to[FILE_PATH_MAX + 1];
	struct entry from, there;
	const char *path = a->word[0];

	enum microk_status status = stream_stat(a->word[0], &from);
	if (status == OK && from.kind == KIND_DIRECTORY)
		status = ERR_IS_DIR;
	if (status == OK)
		status = stream_target(a->word[1], a->word[0], to);
	/* A file that is copied to itself would be empty first. */
	if (status == OK && stream_stat(to, &there) == OK && from.bytes &&
	    from.node == there.node && from.bytes == there.bytes && from.modified == there.modified)
		status = ERR_EXISTS;
	if (status == OK)
		status = tree_copy_file(a->word[0], to, &path);
	return status == OK ? EXIT_OK : stream_report("cp", path, status);
}

const struct command command_cp = {
	.name = "cp",
	.usage = "cp FROM TO",
	.summary = "Copy a file",
	.details = "If TO is a directory, the copy has the same name in it. ^C stops it; TO has a "
		   "part of FROM then.",
	.completes = COMPLETES_PATHS,
	.has_namesake = true,
	.accepts = {"", 2, 2},
	.run = cp_run,
};

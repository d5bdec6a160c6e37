/* mv: gives a file another name, or another directory. */
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"
#include "user/shell/tree.h"

extern const struct command command_mv;

static enum microk_status remove(char *path, u32 kind)
{
	return kind == KIND_DIRECTORY ? tree_remove(path) : path_unlink(path, 0);
}

/* As POSIX has it for mv: an existing file goes first, and so does an empty directory. */
static enum microk_status make_way(const char *to, u32 kind)
{
	struct entry there;
	enum microk_status status = stream_stat_link(to, &there);

	if (status != OK)
		return status == ERR_NOT_FOUND ? OK : status;
	if (there.kind == KIND_DIRECTORY && kind != KIND_DIRECTORY)
		return ERR_IS_DIR;
	if (there.kind != KIND_DIRECTORY && kind == KIND_DIRECTORY)
		return ERR_NOT_DIR;
	return path_unlink(to, kind == KIND_DIRECTORY ? AT_DIRECTORY : 0);
}

/* To another file system. The copy is on its disk before the first file is removed: after a power cut, one of the two is whole. */
static enum microk_status move_across(char *from, char *to)
{
	size_t length = strlen(to);
	struct entry is;
	enum microk_status status = stream_stat_link(from, &is);

	if (status == OK)
		status = make_way(to, is.kind);
	if (status != OK)
		return status;
	status = tree_copy(from, to);
	if (status != OK) {
		to[length] = '\0';
		(void)remove(to, is.kind); /* the first error is the one to show */
		return status;
	}
	status = path_sync();
	return status == OK ? remove(from, is.kind) : status;
}

static void mv_run(u32 count, char **words)
{
	static char from[FILE_PATH_MAX + 1], to[FILE_PATH_MAX + 1];

	if (count != 3) {
		command_usage(&command_mv);
		return;
	}
	enum microk_status status = stream_absolute(words[1], from);
	if (status == OK)
		status = stream_target(words[2], from, to);
	if (status == OK)
		status = path_rename(from, to, 0);
	const char *path = words[1];
	if (status == ERR_CROSS) {
		status = move_across(from, to);
		path = from;
	}
	/* The one argument that a server can find wrong in a rename. */
	if (status == ERR_ARG && path == words[1]) {
		stream_show_safely(to);
		out("mv: %s: a directory cannot be moved into itself; %s is below it, so choose "
		    "another place\n",
		    words[1], to);
	} else if (status != OK) {
		stream_report("mv", path, status);
	}
}

const struct command command_mv = {
	.name = "mv",
	.usage = "mv FROM TO",
	.summary = "Rename or move a file",
	.details =
		"If TO is a directory, the file keeps its name in it. To another file system it is "
		"copied, with everything in it, and then removed.",
	.completes = COMPLETES_PATHS,
	.run = mv_run,
};

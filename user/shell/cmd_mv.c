/* mv: gives a file another name, or another directory. */
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"
#include "user/shell/tree.h"

#define UNFINISHED ".mv-" /* and a number: the name of a copy that is not whole */
#define UNFINISHED_MAX 100u

static enum microk_status remove(char *path, u32 kind)
{
	return kind == KIND_DIRECTORY ? tree_remove(path) : path_unlink(path, 0);
}

/* As POSIX has it for mv: the new name may be an existing file's, and an empty directory's. */
static enum microk_status check_target(const char *to, u32 kind)
{
	struct entry there;
	enum microk_status status = stream_stat_link(to, &there);

	if (status != OK)
		return status == ERR_NOT_FOUND ? OK : status;
	if (there.kind != KIND_DIRECTORY)
		return kind == KIND_DIRECTORY ? ERR_NOT_DIR : OK;
	return kind == KIND_DIRECTORY ? tree_is_empty(to) : ERR_IS_DIR;
}

/* A name that is free, beside `to`, for the copy until it is whole. */
static enum microk_status choose_name(const char *to, char name[FILE_PATH_MAX + 1])
{
	size_t end = (size_t)(strrchr(to, '/') - to) + 1;
	enum microk_status status = OK;
	struct entry there;

	memcpy(name, to, end);
	for (u32 i = 1; status == OK && i <= UNFINISHED_MAX; i++) {
		char last[sizeof(UNFINISHED) + 10];
		format(last, sizeof(last), UNFINISHED "%u", i);
		if (!string_copy(name + end, FILE_PATH_MAX + 1 - end, last))
			return ERR_NAME;
		status = stream_stat_link(name, &there);
	}
	return status == ERR_NOT_FOUND ? OK : status == OK ? ERR_EXISTS : status;
}

/* The copy is whole and on the disk when it gets its name, so `to` is at each moment the former file or the new one. */
static enum microk_status copy_to(char *from, const char *to, u32 kind, const char **path)
{
	static char copy[FILE_PATH_MAX + 1];

	*path = to;
	enum microk_status status = check_target(to, kind);
	if (status == OK)
		status = choose_name(to, copy);
	if (status != OK)
		return status;
	size_t length = strlen(copy);
	status = tree_copy(from, copy, path);
	if (*path == copy)
		*path = to;
	copy[length] = '\0';
	if (status == OK)
		status = path_sync_server(to);
	if (status == OK)
		status = path_rename(copy, to, 0);
	if (status != OK)
		(void)remove(copy, kind); /* the first error is the one to show */
	return status;
}

/* Whether the path had one at its end. */
static bool drop_slash(char *path)
{
	size_t length = strlen(path);

	if (path[length - 1] != '/')
		return false;
	path[length - 1] = '\0';
	return true;
}

/* To another file system. The copy is on the disk under its name before the first is removed: after a power cut, one is whole. */
static enum microk_status move_across(char *from, char *to, const char **path)
{
	bool from_directory = drop_slash(from), to_directory = drop_slash(to);
	struct entry is;

	*path = from;
	enum microk_status status = stream_stat_link(from, &is);
	/* A link's name with a slash is the directory that it leads to, which has another name. */
	if (status == OK && (from_directory || to_directory) && is.kind != KIND_DIRECTORY) {
		*path = from_directory ? from : to;
		status = ERR_NOT_DIR;
	}
	if (status == OK)
		status = copy_to(from, to, is.kind, path);
	if (status == OK)
		status = path_sync_server(to);
	if (status != OK)
		return status;
	*path = from;
	return remove(from, is.kind);
}

/* An error of a rename is of the first path if that cannot be found, or else of one of the two. */
static int report_rename(const char *word, const char *to, enum microk_status status)
{
	struct entry e;

	if (stream_stat_link(word, &e) == status)
		return stream_report("mv", word, status);
	if (status == ERR_ARG) /* the one argument that a server can find wrong in a rename */
		err_row("mv: %s: a directory cannot be moved into itself; %s is below it, so "
			"choose another place",
			word, to);
	else
		err_row("mv: %s to %s: %s", word, to, stream_error(status));
	return EXIT_FAILED;
}

static int mv_run(const struct arguments *a)
{
	static char from[FILE_PATH_MAX + 1], to[FILE_PATH_MAX + 1];
	const char *path = a->word[0];

	enum microk_status status = stream_absolute(a->word[0], from);
	if (status == OK) {
		path = a->word[1];
		status = stream_target(a->word[1], from, to);
	}
	if (status != OK)
		return stream_report("mv", path, status);
	status = path_rename(from, to, 0);
	if (status != ERR_CROSS)
		return status == OK ? EXIT_OK : report_rename(a->word[0], to, status);
	status = move_across(from, to, &path);
	return status == OK ? EXIT_OK : stream_report("mv", path, status);
}

const struct command command_mv = {
	.name = "mv",
	.usage = "mv FROM TO",
	.summary = "Rename or move a file",
	.details =
		"If TO is a directory, the file keeps its name in it. To another file system it is "
		"copied, with everything in it, and then removed. Until the copy is whole, it lies "
		"beside TO as .mv-1; after a power cut, remove that.",
	.completes = COMPLETES_PATHS,
	.has_namesake = true,
	.accepts = {"", 2, 2},
	.run = mv_run,
};

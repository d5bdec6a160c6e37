/* rm: removes files, and with -r directories with everything in them. */
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"

extern const struct command command_rm;

static enum microk_status first_entry(const char *path, struct entry *e)
{
	struct stream s;
	u64 cookie = 0;
	enum microk_status status = stream_open(&s, path, OPEN_DIRECTORY);

	if (status != OK)
		return status;
	status = stream_entry(&s, &cookie, e);
	stream_close(&s);
	return status;
}

/* Makes `path` that of the entry `name` in it. */
static enum microk_status path_down(char *path, const char *name)
{
	size_t length = strlen(path);

	if (length + 1 + strlen(name) > FILE_PATH_MAX)
		return ERR_NAME;
	path[length] = '/';
	string_copy(path + length + 1, FILE_PATH_MAX - length, name);
	return OK;
}

/*
 * Removes the directory `path`, which has room for FILE_PATH_MAX + 1 bytes, and everything in it: always the first entry of the
 * deepest directory, since entries move when one goes. The path itself is the way back, so that the depth takes no stack. After
 * an error, it is the path of the entry that could not be removed.
 */
static enum microk_status remove_tree(char *path)
{
	size_t top = strlen(path);
	enum microk_status status = OK;
	struct entry e;

	while (status == OK) {
		status = first_entry(path, &e);
		bool is_empty = status == ERR_NOT_FOUND;
		if (status == OK)
			status = path_down(path, e.name);
		if (status == OK)
			status = stream_stat_link(path, &e);
		if (status == OK && e.kind == KIND_DIRECTORY)
			continue;
		if (status == OK || is_empty)
			status = path_unlink(path, is_empty ? AT_DIRECTORY : 0);
		if (status != OK || strlen(path) == top)
			break;
		*strrchr(path, '/') = '\0';
	}
	return status;
}

static enum microk_status remove_path(char *path, bool with_entries)
{
	struct entry e;
	enum microk_status status = stream_stat_link(path, &e);

	if (status != OK)
		return status;
	if (e.kind != KIND_DIRECTORY)
		return path_unlink(path, 0);
	return with_entries ? remove_tree(path) : ERR_IS_DIR;
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
		stream_show_safely(path);
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

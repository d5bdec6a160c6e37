/* rm: removes files, and with -r directories with everything in them. */
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"
#include "user/shell/tree.h"

/* Why rm keeps what the word names: POSIX (XCU rm) protects the root, and dot and dot-dot as the last component, since those name a
 * directory by the place where a person stands, and one too many reaches everything. NULL: it does not. */
static const char *protected(const char *word)
{
	size_t end = strlen(word);

	if (end == 0)
		return NULL;
	while (end > 0 && word[end - 1] == '/')
		end--;
	if (end == 0)
		return "the root directory is not removed";
	size_t dots = 0;
	while (dots < end && word[end - 1 - dots] == '.')
		dots++;
	bool is_whole = dots == end || word[end - 1 - dots] == '/';
	return is_whole && (dots == 1 || dots == 2)
		       ? "a path that ends in . or .. is not removed; give the directory's name"
		       : NULL;
}

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

static int rm_run(const struct arguments *a)
{
	static char path[FILE_PATH_MAX + 1];
	int exit = EXIT_OK;

	for (u32 i = 0; i < a->count; i++) {
		const char *why = protected(a->word[i]);
		if (why) {
			err_row("rm: %s: %s", a->word[i], why);
			exit = EXIT_FAILED;
			continue;
		}
		enum microk_status status = stream_absolute(a->word[i], path);
		if (status != OK) {
			exit = stream_report("rm", a->word[i], status);
			continue;
		}
		size_t length = strlen(path);
		if (length > 1 && path[length - 1] == '/')
			path[length - 1] = '\0';
		status = remove_path(path, arguments_have(a, 'r'));
		if (status != OK)
			exit = stream_report("rm", path, status);
	}
	return exit;
}

const struct command command_rm = {
	.name = "rm",
	.usage = "rm [-r] PATH...",
	.summary = "Remove files",
	.details = "-r also removes directories, with everything in them. The root, . and .. are "
		   "kept.",
	.completes = COMPLETES_PATHS,
	.has_namesake = true,
	.accepts = {"r", 1, ARGUMENTS_MANY},
	.run = rm_run,
};

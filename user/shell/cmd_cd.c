/* cd: changes the directory that relative paths begin at. */
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

static int cd_run(const struct arguments *a)
{
	const char *path = a->count == 1 ? a->word[0] : "/";
	char to[FILE_PATH_MAX + 1];
	bool back = strcmp(path, "-") == 0;

	if (back && stream_place()->before[0] == '\0') {
		err_row("cd: -: there is no directory to go back to");
		return EXIT_FAILED;
	}
	if (back) {
		string_copy(to, sizeof(to), stream_place()->before);
		path = to;
	}
	enum microk_status status = stream_chdir(path);
	if (status == ERR_NOT_FOUND) {
		err_row("cd: %s: no such directory", path[0] ? path : "\"\"");
		return EXIT_FAILED;
	}
	if (status != OK)
		return stream_report("cd", path, status);
	if (back)
		out_row("%s", path); /* POSIX: cd - writes where it went */
	return EXIT_OK;
}

const struct command command_cd = {
	.name = "cd",
	.usage = "cd [DIRECTORY]",
	.summary = "Go to a directory; without one, to /",
	.details = "cd - goes back to the directory before.",
	.completes = COMPLETES_PATHS,
	.accepts = {"", 0, 1},
	.run = cd_run,
};

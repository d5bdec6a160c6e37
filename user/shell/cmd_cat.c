/* cat: shows files, one after the other. */
#include "user/shell/command.h"
#include "user/shell/interruptible.h"
#include "user/shell/output.h"

static int cat_file(const char *path)
{
	struct stream s;
	enum microk_status status = stream_open(&s, path, 0);

	if (status != OK)
		return stream_report("cat", path, status);
	while (!out_failed() && (status = interruptible_fill(&s)) == OK && s.piece.data_length > 0)
		out_bytes((const char *)s.piece.data, s.piece.data_length);
	stream_close(&s);
	return status == OK ? EXIT_OK : stream_report("cat", path, status);
}

static int cat_run(const struct arguments *a)
{
	int exit = EXIT_OK;

	for (u32 i = 0; i < a->count && exit != EXIT_INTERRUPTED; i++)
		exit = exit_worse(exit, cat_file(a->word[i]));
	return exit;
}

const struct command command_cat = {
	.name = "cat",
	.usage = "cat FILE...",
	.summary = "Show the contents of files",
	.details = "Try: cat /etc/hello.txt, cat /proc/ipc_stats, cat /proc/1/status. ^C stops it.",
	.completes = COMPLETES_PATHS,
	.accepts = {"", 1, ARGUMENTS_MANY},
	.run = cat_run,
};

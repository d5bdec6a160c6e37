/* cat: shows files, one after the other. */
#include "user/shell/command.h"
#include "user/shell/input.h"
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

/* Copies the input, which is not the terminal: that has an editor for whole lines, and no end of a file. */
static int cat_input(void)
{
	char piece[FILE_DATA_MAX];
	size_t got = 0;
	enum microk_status status = OK;

	while (!out_failed() && (status = input_read(piece, sizeof(piece), &got)) == OK && got > 0)
		out_bytes(piece, got);
	return status == OK ? EXIT_OK : stream_report("cat", "the input", status);
}

extern const struct command command_cat;

static int cat_run(const struct arguments *a)
{
	int exit = EXIT_OK;

	if (input_is_terminal() && a->count == 0)
		return command_usage(&command_cat);
	if (a->count == 0)
		return cat_input();
	for (u32 i = 0; i < a->count && exit != EXIT_INTERRUPTED; i++)
		exit = exit_worse(exit, cat_file(a->word[i]));
	return exit;
}

const struct command command_cat = {
	.name = "cat",
	.usage = "cat FILE...",
	.summary = "Show the contents of files",
	.details = "Try: cat /etc/hello.txt, cat /proc/ipc_stats, cat /proc/1/status. ^C stops it. "
		   "Without a "
		   "FILE it copies its input, of a pipe or <.",
	.completes = COMPLETES_PATHS,
	.has_namesake = true,
	.accepts = {"", 0, ARGUMENTS_MANY},
	.run = cat_run,
};

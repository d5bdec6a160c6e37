/* cat: shows files, one after the other. */
#include "user/shell/command.h"
#include "user/shell/interruptible.h"
#include "user/shell/output.h"

static enum microk_status cat_file(const char *path)
{
	struct stream s;
	enum microk_status status = stream_open(&s, path, 0);

	if (status != OK) {
		stream_report("cat", path, status);
		return status;
	}
	while ((status = interruptible_fill(&s)) == OK && s.piece.data_length > 0)
		out_bytes((const char *)s.piece.data, s.piece.data_length);
	stream_close(&s);
	if (status != OK) {
		if (!out_at_line_start())
			out("\n");
		stream_report("cat", path, status);
	}
	return status;
}

extern const struct command command_cat;

static void cat_run(u32 count, char **words)
{
	if (count < 2)
		command_usage(&command_cat);
	for (u32 i = 1; i < count && cat_file(words[i]) != ERR_CANCELLED; i++)
		;
}

const struct command command_cat = {
	.name = "cat",
	.usage = "cat FILE...",
	.summary = "Show the contents of files",
	.details = "Try: cat /etc/hello.txt, cat /proc/ipc_stats, cat /proc/1/status. ^C stops it.",
	.completes = COMPLETES_PATHS,
	.run = cat_run,
};

/*
 * The shell: reads a line, finds the command, runs it.
 *
 * Weighed: a Unix shell starts a program for each command; MS-DOS and U-Boot contain the small ones.
 * The shell contains the commands that show the system: each in a file of its own, reached through one table, and
 * independent of the shell's other parts. Any other name is a program's, which runs in a process of its own (job.h).
 */
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "user/shell/command.h"
#include "user/shell/job.h"
#include "user/shell/line.h"
#include "user/shell/output.h"
#include "user/shell/parse.h"
#include "user/shell/stream.h"

static void unknown(const char *name)
{
	const struct command *near = command_nearest(name);

	if (near)
		out_row("%s: no such command; did you mean \"%s\"? (help lists all)", name,
			near->name);
	else
		out_row("%s: no such command (help lists all)", name);
}

static void run(const char *line)
{
	static struct words words;
	size_t at;
	enum parse_error error = parse_line(line, &words, &at);

	if (error == PARSE_OPERATOR) {
		out("shell: \"%c\": %s\n", line[at], parse_error_text(error));
		return;
	}
	if (error != PARSE_OK) {
		out("shell: %s\n", parse_error_text(error));
		return;
	}
	if (words.count == 0)
		return;
	const struct command *c = command_find(words.word[0]);
	if (c)
		command_run(c, words.count, words.word);
	else if (!job_run(words.count, words.word))
		unknown(words.word[0]);
}

int main(void)
{
	cap_t console = grant_find("console");
	const char *line;

	if (console == 0) {
		print("shell: the grant \"console\" is missing; add it in system.conf\n");
		return 1;
	}
	output_setup(console);
	job_setup(console);
	stream_setup();
	if (!line_setup(console))
		return 1;
	while ((line = line_read("MicroK> ")))
		run(line);
	print("shell: the terminal is gone\n");
	return 1;
}

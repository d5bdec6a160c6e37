/*
 * The shell: reads lines and runs the commands in them.
 *
 * Weighed: a Unix shell starts a program for each command; MS-DOS and U-Boot contain the small ones.
 * The shell contains the commands that show the system: each in a file of its own, reached through one table, and
 * independent of the shell's other parts. Any other name is a program's, which runs in a process of its own (spawn.h).
 * docs/shell.md describes the language and the pipelines.
 */
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "user/shell/foreground.h"
#include "user/shell/job.h"
#include "user/shell/line.h"
#include "user/shell/output.h"
#include "user/shell/session.h"
#include "user/shell/spawn.h"
#include "user/shell/stream.h"

int main(void)
{
	cap_t console = grant_find("console");
	const char *line;

	if (console == 0) {
		print("shell: the grant \"console\" is missing; add it in system.conf\n");
		return 1;
	}
	output_setup(console);
	foreground_setup(console, line_interrupted_before);
	spawn_setup();
	jobs_setup();
	stream_setup();
	if (!line_setup(console))
		return 1;
	while ((line = line_read(session_prompt())))
		session_line(line);
	print("shell: the terminal is gone\n");
	return 1;
}

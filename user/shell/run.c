#include "user/shell/run.h"
#include "lib/microk/string.h"
#include "user/shell/lang/script.h"
#include "user/shell/lang/special.h"
#include "user/shell/launch.h"
#include "user/shell/output.h"
#include "user/shell/program.h"

static int unknown(const char *name)
{
	const struct command *near = command_nearest(name);

	if (near)
		err_row("%s: no such command; did you mean \"%s\"? (help lists all)", name,
			near->name);
	else
		err_row("%s: no such command (help lists all)", name);
	return EXIT_NOT_FOUND;
}

/* A program or a script. */
static void run_file(struct shell *s, u32 count, char **words)
{
	static struct stream file;
	char found[FILE_PATH_MAX + 1], *path = words[0];

	if (!strchr(path, '/')) {
		if (!program_find(&s->variables, words[0], found)) {
			s->status = unknown(words[0]);
			return;
		}
		path = found;
	}
	if (spawn_is_possible() && program_open(&file, path)) {
		launch_alone(s, &file, count, words);
		stream_close(&file);
		return;
	}
	words[0] = path;
	s->status = script_run(s, count, words);
}

void run_words(struct shell *s, u32 count, char **words)
{
	special_function *special = special_find(words[0]);
	const struct command *c = special ? NULL : command_find(words[0]);

	if (special && count == 2 && strcmp(words[1], "--help") == 0) {
		out_row("usage: %s", special_usage(words[0]));
		s->status = EXIT_OK;
		return;
	}
	if (special) {
		s->status = special(s, count, words);
		return;
	}
	if (c)
		s->status = command_run(c, count, words);
	else
		run_file(s, count, words);
	if (s->status == EXIT_INTERRUPTED)
		s->flow = FLOW_INTERRUPTED;
}

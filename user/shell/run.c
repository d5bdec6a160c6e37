#include "user/shell/run.h"
#include "lib/microk/string.h"
#include "user/shell/job.h"
#include "user/shell/lang/script.h"
#include "user/shell/lang/special.h"
#include "user/shell/output.h"

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
static int run_file(struct shell *s, u32 count, char **words)
{
	char found[FILE_PATH_MAX + 1], *path = words[0];
	int status;

	if (!strchr(path, '/')) {
		if (!job_find(words[0], found))
			return unknown(words[0]);
		path = found;
	}
	if (job_run(path, count, words, &status))
		return status;
	words[0] = path;
	return script_run(s, count, words);
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
	s->status = c ? command_run(c, count, words) : run_file(s, count, words);
	if (s->status == EXIT_INTERRUPTED)
		s->flow = FLOW_INTERRUPTED;
}

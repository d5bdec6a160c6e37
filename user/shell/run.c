#include "user/shell/run.h"
#include "lib/microk/string.h"
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
	if (!c && strchr(words[0], '/')) {
		s->status = script_run(s, count, words);
		return;
	}
	s->status = c ? command_run(c, count, words) : unknown(words[0]);
	if (s->status == EXIT_INTERRUPTED)
		s->flow = FLOW_INTERRUPTED;
}

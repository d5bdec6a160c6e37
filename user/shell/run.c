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

/* A file of text runs by its path if its mode or its first line makes it a script: most files of text are none. */
static bool is_script(struct stream *file, const char *path)
{
	struct entry entry;

	if (stream_stat(path, &entry) != OK || entry.kind != KIND_FILE || entry.mode & 0111)
		return true; /* or script_run reports the reason why not */
	if (stream_open(file, path, 0) != OK)
		return true;
	bool marked =
		stream_fill(file) != OK || file->piece.data_length == 0 ||
		memcmp(file->piece.data, "#!", 2) == 0 || memcmp(file->piece.data, "\177E", 2) == 0;
	stream_close(file);
	return marked;
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
	if (!is_script(&file, path)) {
		err_row("%s: cannot be run: it is neither a program, nor a script that begins with "
			"#! (sh %s runs it as one)",
			words[0], words[0]);
		s->status = EXIT_NOT_RUNNABLE;
		return;
	}
	words[0] = path;
	s->status = script_run(s, count, words);
}

/* Whether options or a format (+%F) stand there that only a program of the command's name can know. */
static bool is_for_namesake(const struct shell *s, const struct command *c, u32 count, char **words)
{
	char found[FILE_PATH_MAX + 1];
	struct arguments unused;

	return c->has_namesake && spawn_is_possible() && count > 1 &&
	       (words[1][0] == '-' || words[1][0] == '+') &&
	       arguments_parse(&c->accepts, count, words, &unused) == ARGUMENTS_WRONG &&
	       program_find(&s->variables, words[0], found);
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
	if (c && !is_for_namesake(s, c, count, words))
		s->status = command_run(c, count, words);
	else
		run_file(s, count, words);
	if (s->status == EXIT_INTERRUPTED)
		s->flow = FLOW_INTERRUPTED;
}

/*
 * Pipelines: the commands run one after the other, the output of each kept in memory until the next has read it.
 * docs/shell.md has the reasons and the limits.
 */
#include "lib/microk/string.h"
#include "user/shell/input.h"
#include "user/shell/lang/eval.h"
#include "user/shell/lang/eval_parts.h"
#include "user/shell/output.h"
#include "user/shell/sink.h"

/* One command that another one reads from. It is a subshell; the last one is not, so that it can set variables. */
static void run_writer(struct shell *s, const struct node *n, struct spool *output)
{
	size_t mark = arena_mark(&s->arena);
	struct sink *sink = arena_take(&s->arena, sizeof(*sink));

	if (!sink) {
		shell_fail(s, EXIT_FAILED, "there is no memory for one more pipe");
		return;
	}
	memset(sink, 0, sizeof(*sink));
	sink->kind = SINK_SPOOL;
	sink->spool = output;
	struct sink *before = output_to(sink);
	eval_subshell(s, n);
	output_to(before);
	if (sink->status != OK)
		shell_fail(s, EXIT_FAILED,
			   "a pipe holds at most %lu bytes; the rest of the output is lost (use a "
			   "file instead)",
			   SPOOL_BYTES);
	arena_release(&s->arena, mark);
}

void eval_pipeline(struct shell *s, const struct node *n)
{
	struct spool pipe[2] = {{0}, {0}}; /* in turns: one is read while the other is written */
	struct input input = {.kind = INPUT_SPOOL};
	struct input *before = input_source();
	u32 number = 0;

	s->tested += n->negated;
	for (const struct node *child = n->first; child && s->flow == FLOW_ON;
	     child = child->next, number++) {
		struct spool *from = &pipe[(number + 1) % 2], *to = &pipe[number % 2];
		input.spool = from;
		if (number > 0)
			input_from(&input);
		if (child->next)
			run_writer(s, child, to);
		else
			eval(s, child);
		spool_clear(from); /* bytes that the command left */
	}
	input_from(before);
	spool_clear(&pipe[0]);
	spool_clear(&pipe[1]);
	s->tested -= n->negated;
	if (n->negated && s->flow == FLOW_ON)
		s->status = s->status == EXIT_OK ? EXIT_FAILED : EXIT_OK;
}

/*
 * Pipelines. First the programs start, connected by pipes; then the shell runs its own parts, from left to right, and last it
 * waits for the programs. docs/shell.md has the reasons and the limits.
 */
#include "user/shell/foreground.h"
#include "user/shell/lang/eval.h"
#include "user/shell/lang/fields.h"
#include "user/shell/lang/pipeline.h"
#include "user/shell/launch.h"
#include "user/shell/output.h"
#include "user/shell/sink.h"
#include "lib/microk/string.h"

/* ---- The shell's own parts ---- */

/* One that another part reads from. It is a subshell; the last one is not, so that it can set variables. */
static void run_writer(struct shell *s, struct pipeline *l, struct part *p)
{
	struct sink *sink = pipeline_take(s, sizeof(*sink)), *before;
	bool piped = p->out->writer != 0;

	if (!sink)
		return;
	sink->kind = piped ? SINK_PIPE : SINK_SPOOL;
	sink->file = p->out->writer;
	sink->spool = &p->out->spool;
	before = output_to(sink);
	s->loops = 0;
	if (p->words.fields)
		eval_expanded(s, p->node, &p->words);
	else
		eval(s, p->node);
	sink_flush(sink);
	output_to(before);
	bool whole = piped || launch_collect(&p->out->spool);
	shell_restore(s, l->saved);
	if (!whole || sink->status == ERR_NO_SPACE)
		shell_fail(s, EXIT_FAILED,
			   "a pipe holds at most %lu bytes; the rest of the output is lost (use a "
			   "file instead)",
			   SPOOL_BYTES);
	pipeline_close(p->out);
}

static void run_part(struct shell *s, struct pipeline *l, struct part *p)
{
	struct input *before = input_source();

	if (p->in) {
		struct link *k = p->in;
		k->input.pipe = k->input.pipe ? k->input.pipe : k->drain.from;
		k->drain.from = 0;
		pump_end(&k->drain);
		if (k->drain.status != OK)
			shell_fail(s, EXIT_FAILED,
				   "a pipe holds at most %lu bytes; the rest of the output is lost "
				   "(use a file instead)",
				   SPOOL_BYTES);
		input_from(&k->input);
	}
	if (p->out)
		run_writer(s, l, p);
	else if (p->words.fields)
		eval_expanded(s, p->node, &p->words);
	else
		eval(s, p->node);
	input_from(before);
	if (p->in)
		input_end(&p->in->input);
	if (!p->next)
		l->status = s->status;
}

/* A program's output for a part that does not run yet must not stop the program, for which an earlier part may wait. */
static void drain_for(const struct part *p)
{
	for (p = p->next; p; p = p->next) {
		if (p->program || !p->in || !p->in->input.pipe || p->in->drain.spool)
			continue;
		p->in->drain = (struct pump){.from = p->in->input.pipe, .spool = &p->in->spool};
		p->in->input.pipe = 0;
		pump_begin(&p->in->drain);
	}
}

static void run_own(struct shell *s, struct pipeline *l)
{
	for (struct part *p = l->first; p && s->flow == FLOW_ON; p = p->next) {
		if (p->program)
			continue;
		if (p->failed) {
			pipeline_close(p->out);
			continue;
		}
		if (l->job)
			drain_for(p);
		run_part(s, l, p);
	}
}

/* ---- All ---- */

static const struct part *last_of(const struct pipeline *l)
{
	const struct part *p = l->first;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a pipeline has a first part */
	while (p->next)
		p = p->next;
	return p;
}

static void finish(struct pipeline *l)
{
	const struct part *last = last_of(l);
	int status = job_await(l->job);

	launch_collect_all();
	if (last->program)
		l->status = last->started ? status : EXIT_NOT_RUNNABLE;
}

static void run_with_programs(struct shell *s, struct pipeline *l, const struct node *n)
{
	enum microk_status status = foreground_begin();

	if (status != OK) {
		l->status = status == ERR_CANCELLED ? EXIT_INTERRUPTED : EXIT_FAILED;
		return;
	}
	if (pipeline_start(s, l, n))
		run_own(s, l);
	else
		l->status = s->status;
	/* A part that was not reached must not keep its side of a pipe. */
	for (const struct part *p = l->first; p; p = p->next)
		if (p->out) {
			pipeline_close(p->out);
			pump_end(&p->out->drain);
			input_end(&p->out->input);
		}
	if (l->job) {
		finish(l);
		if (job_finish(l->job)) {
			s->status = l->status;
			s->flow = FLOW_INTERRUPTED; /* the rest of the line does not run */
		}
	}
	foreground_end();
	if (foreground_interrupted())
		l->status = EXIT_INTERRUPTED;
}

void eval_pipeline(struct shell *s, const struct node *n)
{
	size_t mark = arena_mark(&s->arena);
	struct pipeline l = {.status = EXIT_FAILED};
	bool ready;

	s->tested += n->negated;
	ready = pipeline_begin(s, &l, n) && pipeline_prepare(s, &l);
	if (ready && pipeline_has_program(&l))
		run_with_programs(s, &l, n);
	else if (ready)
		run_own(s, &l);
	pipeline_end(&l);
	for (const struct part *p = l.first; p; p = p->next)
		if (p->in)
			spool_clear(&p->in->spool);
	s->tested -= n->negated;
	if (s->flow == FLOW_ON) {
		s->status = l.status;
		if (s->status == EXIT_INTERRUPTED)
			s->flow = FLOW_INTERRUPTED;
		else if (n->negated)
			s->status = s->status == EXIT_OK ? EXIT_FAILED : EXIT_OK;
	}
	arena_release(&s->arena, mark);
}

/* ---- In the background ---- */

static bool all_are_programs(struct shell *s, const struct pipeline *l)
{
	for (const struct part *p = l->first; p; p = p->next) {
		const char *name =
			p->words.fields && p->words.fields->count > 0
				? p->words.fields->word[0]
				: "";
		if (p->program)
			continue;
		if (p->failed)
			return false;
		if (!name[0] || pipeline_is_of_shell(name) || strchr(name, '/'))
			shell_fail(s, EXIT_FAILED,
				   "&: a command of the shell's own cannot run in the background");
		else
			shell_fail(s, EXIT_NOT_FOUND, "&: %s: there is no such program", name);
		return false;
	}
	return true;
}

void eval_background(struct shell *s, const struct node *n)
{
	size_t mark = arena_mark(&s->arena);
	struct pipeline l = {.background = true};
	bool ready = n->kind == NODE_COMMAND || (n->kind == NODE_PIPELINE && !n->negated);

	if (!ready)
		shell_fail(s, EXIT_FAILED,
			   "&: a command of the shell's own cannot run in the background");
	ready = ready && pipeline_begin(s, &l, n) && pipeline_prepare(s, &l);
	if (ready && all_are_programs(s, &l)) {
		bool begun = pipeline_start(s, &l, n);
		if (begun && l.job->last) {
			job_leave(l.job);
			s->status = EXIT_OK;
			if (s->scripts == 0 && out_is_terminal())
				out("[%u] %u\n", l.job->number, l.job->last);
		} else if (l.job) {
			job_forget(l.job);
		}
	}
	pipeline_end(&l);
	arena_release(&s->arena, mark);
}

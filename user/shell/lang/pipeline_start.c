/* The programs of a pipeline: their pipes and their start. */
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "user/shell/lang/describe.h"
#include "user/shell/lang/pipeline.h"
#include "user/shell/output.h"
#include "user/shell/sink.h"

/* A pipe between two parts of which one is a program. */
static bool connect(struct shell *s, const struct part *p)
{
	struct link *k = p->out;
	enum microk_status status;

	if (!k || (!p->program && !(p->next && p->next->program)))
		return true;
	status = pipe_of_shell(&k->input.pipe, &k->writer);
	if (status == OK)
		return true;
	shell_fail(s, EXIT_FAILED, "a pipe cannot be made: %s",
		   command_error(status, "the pipe server is not running"));
	return false;
}

void pipeline_close(struct link *k)
{
	if (k && k->writer)
		slot_drop(k->writer);
	if (k)
		k->writer = 0;
}

/* The input of a job in the background that is not redirected is empty, as POSIX has it (XCU 2.9.3.1). */
static bool open_nothing(struct stream *nothing)
{
	return stream_open(nothing, "/dev/null", 0) == OK;
}

/* EXERCISE 4.6 pipeline-and-redirection part 2: begin */
static void start(struct shell *s, struct pipeline *l, struct part *p)
{
	struct sink *sink = p->out ? pipeline_take(s, sizeof(*sink)) : NULL,
		    *output = output_sink();
	struct input *input = input_source(), empty = {.kind = INPUT_FILE};
	struct stream *nothing =
		l->background && !p->in ? pipeline_take(s, sizeof(*nothing)) : NULL;

	if (p->out && !sink)
		return;
	empty.stream = nothing;
	if (nothing && !open_nothing(nothing))
		nothing = NULL;
	if (p->in || nothing)
		input_from(nothing ? &empty : &p->in->input);
	if (sink) {
		sink->kind = SINK_PIPE;
		sink->file = p->out->writer;
		output_to(sink);
	}
	p->started = eval_launch(s, p->node, &p->words, l->job, p->program);
	input_from(input);
	output_to(output);
	if (nothing)
		stream_close(nothing);
	if (l->saved)
		shell_restore(s, l->saved);
	/* The other side's end must be the only one. */
	pipeline_close(p->out);
	if (p->in)
		input_end(&p->in->input);
}
/* EXERCISE 4.6 pipeline-and-redirection part 2: end */

bool pipeline_start(struct shell *s, struct pipeline *l, const struct node *n)
{
	char text[JOB_TEXT_MAX + 1];

	describe(n, text, sizeof(text));
	l->job = job_begin(text);
	for (const struct part *p = l->first; p && l->job; p = p->next)
		l->job->stays |= !p->program;
	for (const struct part *p = l->first; p && l->job; p = p->next)
		if (!connect(s, p))
			return false;
	for (struct part *p = l->first; p && l->job; p = p->next)
		if (p->program)
			start(s, l, p);
	return l->job != NULL;
}

#include "user/shell/launch.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "user/shell/bell.h"
#include "user/shell/foreground.h"
#include "user/shell/input.h"
#include "user/shell/output.h"
#include "user/shell/pump.h"
#include "user/shell/sink.h"

#define COLLECTORS 8u

/* Pumps out of processes into the shell's memory. */
static struct pump collectors[COLLECTORS];

static struct pump *find_collector(void)
{
	for (u32 i = 0; i < COLLECTORS; i++)
		if (!collectors[i].spool)
			return &collectors[i];
	return NULL;
}

/* A pipe whose bytes go to the spool. */
static enum microk_status collect(struct spool *to, cap_t *writer)
{
	struct pump *p = find_collector();
	cap_t reader;
	enum microk_status status = p ? pipe_of_shell(&reader, writer) : ERR_LIMIT;

	if (status != OK)
		return status;
	*p = (struct pump){.from = reader, .spool = to};
	pump_begin(p);
	return OK;
}

static struct pump *collector_of(const struct spool *to)
{
	for (u32 i = 0; i < COLLECTORS; i++)
		if (collectors[i].spool == to)
			return &collectors[i];
	return NULL;
}

/* With the terminal given away, so that ^C is a signal. */
static void await_end(const struct pump *p)
{
	if (pump_is_done(p) || foreground_begin() != OK)
		return;
	out_flush();
	pumps_move();
	while (!pump_is_done(p) && !foreground_interrupted())
		bell_wait();
	foreground_end();
}

bool launch_collect(struct spool *to)
{
	bool whole = true;
	struct pump *p;

	while ((p = collector_of(to))) {
		await_end(p);
		whole &= p->status == OK;
		pump_end(p);
		p->spool = NULL;
	}
	return whole;
}

void launch_collect_all(void)
{
	struct sink *output = output_sink(), *errors = output_error_sink();

	if (output->kind == SINK_SPOOL && !launch_collect(output->spool))
		output->status = ERR_NO_SPACE;
	if (errors->kind == SINK_SPOOL && errors != output && !launch_collect(errors->spool))
		errors->status = ERR_NO_SPACE;
}

/* ---- Streams ---- */

/* The streams of one process; `made`: the ends that were made for it, and which it alone keeps. */
struct streams {
	cap_t stream[3], made[3];
};

/* Bytes that the shell has read from the file already, and has not used, are read by the process. */
static void give_back(struct stream *s)
{
	struct file_seek_result at;
	size_t unused = s->piece.data_length - s->used;

	if (unused > 0 &&
	    file_seek(s->cap,
		      &(struct file_seek_args){.offset = -(i64)unused, .whence = SEEK_FROM_HERE},
		      &at) == OK)
		s->used = s->piece.data_length = 0;
}

static enum microk_status take_input(struct streams *t)
{
	struct input *i = input_source();
	cap_t writer;

	switch (i->kind) {
	case INPUT_TERMINAL: t->stream[0] = foreground_terminal(); return OK;
	case INPUT_FILE:
		give_back(i->stream);
		t->stream[0] = i->stream->cap;
		return OK;
	case INPUT_PIPE: break;
	}
	enum microk_status status = input_to_pipe(i);
	t->stream[0] = i->pipe;
	if (status == OK && !i->pipe) { /* at its end: a pipe without a writer */
		status = pipe_of_shell(&t->made[0], &writer);
		t->stream[0] = t->made[0];
		if (status == OK)
			slot_drop(writer);
	}
	return status;
}

static enum microk_status take_output(struct streams *t, u32 number, const struct sink *s)
{
	enum microk_status status = OK;

	if (s->kind == SINK_SPOOL)
		status = collect(s->spool, &t->made[number]);
	t->stream[number] = s->kind == SINK_SPOOL ? t->made[number] : s->file;
	return status;
}

static enum microk_status take_streams(struct streams *t)
{
	enum microk_status status = take_input(t);

	if (status == OK)
		status = take_output(t, 1, output_sink());
	if (status == OK && output_error_sink() == output_sink())
		t->stream[2] = t->stream[1];
	else if (status == OK)
		status = take_output(t, 2, output_error_sink());
	return status;
}

bool launch(struct shell *s, struct job *j, const struct stream *program, u32 count, char **words)
{
	struct streams t = {{0}, {0}};
	bool added = false;

	out_flush();
	enum microk_status status = take_streams(&t);
	j->stays |= output_sink()->kind == SINK_SPOOL || output_error_sink()->kind == SINK_SPOOL;
	if (status == OK)
		added = job_add(
			j, &(struct spawning){.file = program,
					      .count = count,
					      .words = words,
					      .variables = &s->variables,
					      .stream = {t.stream[0], t.stream[1], t.stream[2]}});
	else
		err_row("%s: cannot be started: its pipe cannot be made: %s", words[0],
			command_error(status, "the pipe server is not running"));
	for (u32 i = 0; i < ARRAY_LEN(t.made); i++)
		if (t.made[i])
			slot_drop(t.made[i]);
	return added;
}

/* ---- Alone ---- */

/* The line of a job that has no tree of its own. */
static void join(char text[JOB_TEXT_MAX + 1], u32 count, char **words)
{
	size_t used = 0;

	for (u32 i = 0; i < count && used < JOB_TEXT_MAX; i++) {
		if (i > 0)
			text[used++] = ' ';
		string_copy(text + used, JOB_TEXT_MAX + 1 - used, words[i]);
		used += strlen(text + used);
	}
}

void launch_alone(struct shell *s, const struct stream *program, u32 count, char **words)
{
	char text[JOB_TEXT_MAX + 1] = "";

	join(text, count, words);
	s->status = EXIT_NOT_RUNNABLE;
	enum microk_status status = foreground_begin();
	if (status != OK) {
		if (status == ERR_CANCELLED)
			s->status = EXIT_INTERRUPTED;
		else
			err_row("%s: cannot be started: %s", words[0], status_text(status));
		return;
	}
	struct job *j = job_begin(text);
	if (j && launch(s, j, program, count, words))
		s->status = job_await(j);
	launch_collect_all();
	if (j && job_finish(j))
		s->flow = FLOW_INTERRUPTED; /* the rest of the line does not run */
	foreground_end();
	if (foreground_interrupted())
		s->status = EXIT_INTERRUPTED;
}

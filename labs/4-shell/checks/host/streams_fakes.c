/* Around redirections and the programs of a pipeline. */
#include "streams_fakes.h"
#include "lib/microk/slots.h"
#include "unit.h"
#include "user/shell/input.h"
#include "user/shell/lang/describe.h"
#include "user/shell/lang/expand.h"
#include "user/shell/output.h"

SHARED struct redirect list[6];
SHARED char words[6][32];
SHARED struct redirected redirected;
SHARED u32 opened, closed;
SHARED char paths[8][32];
SHARED u32 path_flags[8];
SHARED u32 refuses, fails;
SHARED struct event events[64];
SHARED u32 event_count, unstartable;
SHARED bool started[4];

static struct shell shell;
static struct sink terminal = {.kind = SINK_TERMINAL, .file = TERMINAL_OUT},
		   terminal_errors = {.kind = SINK_TERMINAL, .file = TERMINAL_ERRORS};
static struct input keyboard = {.kind = INPUT_TERMINAL};
static struct sink *output, *errors;
static struct input *input;
static u8 memory[65536] __attribute__((aligned(16)));
static u32 used, pipes;

static void note(enum what what, u32 number)
{
	if (event_count < 64)
		events[event_count++] = (struct event){.what = what, .number = number};
}

/* ---- Streams ---- */
struct sink *output_to(struct sink *s)
{
	struct sink *before = output;

	return output = s, before;
}
struct sink *output_errors_to(struct sink *s)
{
	struct sink *before = errors;

	return errors = s, before;
}
struct sink *output_sink(void)
{
	return output;
}
struct sink *output_error_sink(void)
{
	return errors;
}
struct input *input_from(struct input *i)
{
	struct input *before = input;

	return input = i, before;
}
struct input *input_source(void)
{
	return input;
}
void input_end(struct input *i)
{
	note(ENDS_INPUT, i->pipe);
	i->pipe = 0;
}
void out_flush(void) {}
void sink_flush(struct sink *s)
{
	(void)s;
}

enum microk_status stream_open(struct stream *s, const char *path, u32 flags)
{
	u32 at = 0;

	for (; path[at] && at < 31; at++)
		paths[opened % 8][at] = path[at];
	paths[opened % 8][at] = '\0';
	path_flags[opened % 8] = flags;
	opened++;
	if (opened == refuses)
		return ERR_NOT_FOUND;
	s->cap = opened;
	return OK;
}
void stream_close(struct stream *s)
{
	closed++;
	note(CLOSES, s->cap);
}
const char *stream_error(enum microk_status status)
{
	return (void)status, "no such file";
}
const char *command_error(enum microk_status status, const char *peer)
{
	return (void)status, peer;
}

/* ---- The shell ---- */
void *arena_take(struct arena *a, size_t bytes)
{
	void *taken = memory + used;

	(void)a;
	used += (u32)(bytes + 15) / 16 * 16;
	return taken;
}
void *pipeline_take(struct shell *s, size_t bytes)
{
	void *taken = arena_take(&s->arena, bytes);

	__builtin_memset(taken, 0, bytes);
	return taken;
}
int shell_fail(struct shell *s, int status, const char *fmt, ...)
{
	(void)fmt;
	fails++;
	return s->status = status;
}
void shell_restore(struct shell *s, const struct saved *saved)
{
	(void)s, (void)saved;
	note(RESTORES, 0);
}
/* A "$" at its beginning is expanded; "!" cannot be. */
char *expand_text(struct shell *s, const char *from, size_t length)
{
	char *to = arena_take(&s->arena, length + 9);
	u32 at = 0;

	if (length && from[0] == '!')
		return NULL;
	for (u32 i = 0; i < length; i++) {
		if (i == 0 && from[0] == '$')
			for (const char *home = "/srv/"; *home; home++)
				to[at++] = *home;
		else
			to[at++] = from[i];
	}
	to[at] = '\0';
	return to;
}

/* ---- Programs ---- */
enum microk_status pipe_of_shell(cap_t *reader, cap_t *writer)
{
	pipes++;
	*reader = PIPE_READER + pipes;
	*writer = PIPE_WRITER + pipes;
	return OK;
}
void slot_drop(cap_t slot)
{
	note(DROPS, slot);
}
void describe(const struct node *n, char *to, size_t bytes)
{
	(void)n, (void)bytes;
	to[0] = '\0';
}
struct job *job_begin(const char *of)
{
	static struct job job;

	return (void)of, &job;
}
bool eval_launch(struct shell *s, const struct node *n, const struct expanded *e, struct job *j,
		 const struct stream *program)
{
	(void)s, (void)n, (void)e, (void)j;
	note(STARTS, program->cap);
	events[event_count - 1].input = stream_now(0);
	events[event_count - 1].output = stream_now(1);
	return program->cap != unstartable;
}

/* ---- For the judge ---- */
void begin_streams(void)
{
	output = &terminal;
	errors = &terminal_errors;
	input = &keyboard;
	used = pipes = event_count = opened = closed = fails = refuses = unstartable = 0;
}
bool redirect(u32 count)
{
	for (u32 i = 0; i < count; i++) {
		list[i].target.text = words[i];
		list[i].target.length = (u32)__builtin_strlen(words[i]);
		list[i].next = i + 1 < count ? &list[i + 1] : NULL;
	}
	return redirect_begin(&shell, count ? list : NULL, &redirected);
}
void redirect_back(void)
{
	redirect_end(&shell, &redirected);
}
u32 stream_now(u32 number)
{
	if (number)
		return number == 1 ? output->file : errors->file;
	if (input->kind == INPUT_TERMINAL)
		return 0;
	if (input->kind == INPUT_FILE)
		return input->stream->cap;
	return input->pipe ? input->pipe : ENDED;
}
u32 stream_before(u32 number)
{
	return number == 1 ? redirected.output->file : redirected.errors->file;
}
bool start_pipeline(u32 parts, u32 programs, bool background, bool saved)
{
	static struct part part[4];
	static struct link link[4];
	static struct stream program[4];
	static struct node node;
	struct pipeline l = {.first = part,
			     .background = background,
			     .saved = saved ? (struct saved *)memory : NULL};

	for (u32 i = 0; i < parts; i++) {
		program[i].cap = i + 1;
		link[i] = (struct link){.input = {.kind = INPUT_PIPE}};
		part[i] = (struct part){
			.node = &node,
			.next = i + 1 < parts ? &part[i + 1] : NULL,
			.program = programs & 1u << i ? &program[i] : NULL,
			.in = i ? &link[i - 1] : NULL,
			.out = i + 1 < parts ? &link[i] : NULL};
	}
	bool done = pipeline_start(&shell, &l, &node);
	for (u32 i = 0; i < parts; i++)
		started[i] = part[i].started;
	return done;
}

#include "user/shell/lang/redirect.h"
#include "lib/microk/string.h"
#include "user/shell/input.h"
#include "user/shell/lang/expand.h"
#include "user/shell/output.h"
#include "user/shell/sink.h"

struct open_file {
	struct open_file *next;
	const char *path;
	bool is_input;
	struct stream stream;
	struct input input;
	struct sink sink;
};

static bool open_file(struct shell *s, const struct redirect *e, const char *path,
		      struct redirected *r)
{
	static const u32 flags[] = {
		[REDIRECT_READ] = 0,
		[REDIRECT_WRITE] = OPEN_WRITE | OPEN_WRITE_ONLY | OPEN_CREATE | OPEN_TRUNCATE,
		[REDIRECT_APPEND] = OPEN_WRITE | OPEN_WRITE_ONLY | OPEN_CREATE | OPEN_APPEND};
	struct open_file *f = arena_take(&s->arena, sizeof(*f));

	if (!f) {
		shell_fail(s, EXIT_FAILED, "there is no memory for one more open file");
		return false;
	}
	memset(f, 0, sizeof(*f));
	enum microk_status status = stream_open(&f->stream, path, flags[e->kind]);
	if (status != OK) {
		shell_fail(s, EXIT_FAILED, "%s: %s", path[0] ? path : "\"\"", stream_error(status));
		return false;
	}
	f->path = path;
	f->is_input = e->kind == REDIRECT_READ;
	f->input = (struct input){.kind = INPUT_FILE, .stream = &f->stream};
	f->sink.kind = SINK_FILE;
	f->sink.file = f->stream.cap;
	f->next = r->files;
	r->files = f;
	if (f->is_input)
		input_from(&f->input);
	else if (e->number == 2)
		output_errors_to(&f->sink);
	else
		output_to(&f->sink);
	return true;
}

/* EXERCISE 4.6 pipeline-and-redirection: begin */
/* 2>&1 and 1>&2; a stream onto itself is allowed. */
static bool duplicate(struct shell *s, const struct redirect *e, const char *target)
{
	u32 from = (u32)(target[0] - '0');

	if (target[0] == '\0' || target[1] != '\0' || from > 2 || (from == 0) != (e->number == 0)) {
		shell_fail(s, EXIT_FAILED, "after >& must stand 1 or 2, after <& 0");
		return false;
	}
	if (from == 1 && e->number == 2)
		output_errors_to(output_sink());
	else if (from == 2 && e->number == 1)
		output_to(output_error_sink());
	return true;
}

bool redirect_begin(struct shell *s, const struct redirect *list, struct redirected *r)
{
	*r = (struct redirected){
		.output = output_sink(), .errors = output_error_sink(), .input = input_source()};
	for (const struct redirect *e = list; e; e = e->next) {
		char *path = expand_text(s, e->target.text, e->target.length);
		if (!path)
			return false;
		bool wrong = e->kind != REDIRECT_DUPLICATE &&
			     (e->kind == REDIRECT_READ) != (e->number == 0);
		if (wrong) {
			shell_fail(s, EXIT_FAILED, "0 is redirected by <, 1 and 2 by > and >>");
			return false;
		}
		if (e->kind == REDIRECT_DUPLICATE ? !duplicate(s, e, path)
						  : !open_file(s, e, path, r))
			return false;
	}
	return true;
}
/* EXERCISE 4.6 pipeline-and-redirection: end */

void redirect_end(struct shell *s, struct redirected *r)
{
	out_flush();
	output_to(r->output);
	output_errors_to(r->errors);
	input_from(r->input);
	for (struct open_file *f = r->files; f; f = f->next) {
		sink_flush(&f->sink);
		stream_close(&f->stream);
		if (f->sink.status != OK)
			shell_fail(s, EXIT_FAILED, "%s: %s", f->path, stream_error(f->sink.status));
	}
}

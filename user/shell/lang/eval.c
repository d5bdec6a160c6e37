/*
 * The evaluator: a walk over the tree.
 *
 * Weighed: rc compiles the tree for a small machine, so that loops and subshells need no stack. The tree's depth is bounded here,
 * which bounds the stack as well, and a tree is easier to read.
 */
#include "user/shell/lang/eval.h"
#include "user/shell/lang/eval_parts.h"
#include "user/shell/lang/parser.h"
#include "user/shell/lang/redirect.h"
#include "lib/microk/string.h"
#include "user/shell/launch.h"
#include "user/shell/line.h"
#include "user/shell/output.h"
#include "user/shell/sink.h"

bool eval_interrupted(struct shell *s)
{
	if (s->flow == FLOW_ON && line_interrupted_now()) {
		err_row("%s: interrupted", s->name);
		s->status = EXIT_INTERRUPTED;
		s->flow = FLOW_INTERRUPTED;
	}
	if (s->flow == FLOW_ON && out_pipe_failed()) {
		s->status = EXIT_FAILED;
		s->flow = FLOW_EXIT;
	}
	return s->flow != FLOW_ON;
}

/* The person is asked for between two commands: the first of a line may want the ^C for itself. */
/* NOLINTNEXTLINE(misc-no-recursion): the parser and shell_enter bound the levels */
static void eval_list(struct shell *s, const struct node *n)
{
	for (const struct node *child = n->first; child; child = child->next) {
		if (child != n->first && eval_interrupted(s))
			return;
		if (child->background)
			eval_background(s, child);
		else
			eval(s, child);
		if (s->flow != FLOW_ON)
			return;
	}
}

/* The status of all but the last is tested, so that -e ends nothing there. */
/* NOLINTNEXTLINE(misc-no-recursion): the parser and shell_enter bound the levels */
static void eval_and_or(struct shell *s, const struct node *n)
{
	for (const struct node *child = n->first; child && s->flow == FLOW_ON;
	     child = child->next) {
		if (child->join == JOIN_AND && s->status != EXIT_OK)
			continue;
		if (child->join == JOIN_OR && s->status == EXIT_OK)
			continue;
		s->tested += child->next != NULL;
		eval(s, child);
		s->tested -= child->next != NULL;
	}
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser and shell_enter bound the levels */
static bool condition(struct shell *s, const struct node *n)
{
	s->tested++;
	eval(s, n);
	s->tested--;
	return s->status == EXIT_OK;
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser and shell_enter bound the levels */
static void eval_if(struct shell *s, const struct node *n)
{
	while (n && n->kind == NODE_IF) {
		bool true_here = condition(s, n->first);
		if (s->flow != FLOW_ON)
			return;
		if (true_here) {
			eval(s, n->body);
			return;
		}
		n = n->otherwise;
	}
	s->status = EXIT_OK;
	eval(s, n);
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser and shell_enter bound the levels */
void eval_subshell(struct shell *s, const struct node *n)
{
	size_t mark = arena_mark(&s->arena);
	struct saved *saved = shell_save(s);

	if (saved) {
		s->loops = 0;
		eval(s, n);
		shell_restore(s, saved);
	}
	arena_release(&s->arena, mark);
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser and shell_enter bound the levels */
static void eval_kind(struct shell *s, const struct node *n)
{
	switch (n->kind) {
	case NODE_COMMAND: eval_command(s, n); break;
	case NODE_LIST: eval_list(s, n); break;
	case NODE_AND_OR: eval_and_or(s, n); break;
	case NODE_PIPELINE: eval_pipeline(s, n); break;
	case NODE_GROUP: eval(s, n->first); break;
	case NODE_SUBSHELL: eval_subshell(s, n->first); break;
	case NODE_IF: eval_if(s, n); break;
	case NODE_WHILE:
	case NODE_UNTIL: eval_while(s, n); break;
	case NODE_FOR: eval_for(s, n); break;
	case NODE_CASE: eval_case(s, n); break;
	}
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser and shell_enter bound the levels */
static void eval_redirected(struct shell *s, const struct node *n)
{
	size_t mark = arena_mark(&s->arena);
	struct redirected r;

	if (redirect_begin(s, n->redirects, &r))
		eval_kind(s, n);
	redirect_end(s, &r);
	arena_release(&s->arena, mark);
}

/* set -e (POSIX XCU 2.14, set): a failed command ends the shell, unless its status is tested. */
static void check_status(struct shell *s, const struct node *n)
{
	bool counts = n->kind == NODE_COMMAND || n->kind == NODE_SUBSHELL ||
		      (n->kind == NODE_PIPELINE && !n->negated);

	if (counts && s->exit_on_error && s->status != EXIT_OK && s->tested == 0 &&
	    s->flow == FLOW_ON)
		s->flow = FLOW_EXIT;
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser and shell_enter bound the levels */
void eval(struct shell *s, const struct node *n)
{
	if (!n || s->flow != FLOW_ON)
		return;
	if (!shell_enter(s))
		return;
	if (n->redirects && n->kind != NODE_COMMAND)
		eval_redirected(s, n);
	else
		eval_kind(s, n);
	shell_leave(s);
	check_status(s, n);
}

static void report(struct shell *s, const struct parser *p, u32 begun)
{
	if (p->result == PARSE_MORE)
		shell_fail(s, EXIT_USAGE, "line %u: the text ends before this command does", begun);
	else
		shell_fail(s, EXIT_USAGE, "line %u: %s", p->error_line, p->error);
}

void eval_lines(struct shell *s, const char *text, size_t length)
{
	size_t mark = arena_mark(&s->arena);
	enum parse_result result;
	struct parser p;
	struct node *n;

	parser_begin(&p, text, length, &s->arena);
	s->status = EXIT_OK;
	for (bool first = true; first || !eval_interrupted(s); first = false) {
		result = parser_next(&p, &n);
		if (result == PARSE_END)
			break;
		if (result != PARSE_OK) {
			report(s, &p, p.begun);
			break;
		}
		eval(s, n);
		arena_release(&s->arena, mark);
	}
	arena_release(&s->arena, mark);
}

bool eval_capture(struct shell *s, const char *text, size_t length, struct spool *output)
{
	size_t mark = arena_mark(&s->arena);
	struct sink *sink = arena_take(&s->arena, sizeof(*sink));
	struct saved *saved = sink ? shell_save(s) : NULL;

	if (!saved) {
		if (!sink)
			shell_fail(s, EXIT_FAILED, "there is no memory for one more $(...)");
		arena_release(&s->arena, mark);
		return false;
	}
	memset(sink, 0, sizeof(*sink));
	sink->kind = SINK_SPOOL;
	sink->spool = output;
	struct sink *before = output_to(sink);
	s->loops = 0;
	eval_lines(s, text, length);
	output_to(before);
	bool whole = launch_collect(output) && sink->status == OK;
	shell_restore(s, saved);
	s->substituted = s->status;
	if (!whole)
		shell_fail(s, EXIT_FAILED, "$(...): its output is longer than %lu bytes",
			   SPOOL_BYTES);
	arena_release(&s->arena, mark);
	return whole && s->flow == FLOW_ON;
}

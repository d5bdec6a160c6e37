#include "user/shell/session.h"
#include "lib/microk/string.h"
#include "user/shell/foreground.h"
#include "user/shell/job.h"
#include "user/shell/lang/eval.h"
#include "user/shell/lang/parser.h"
#include "user/shell/line.h"
#include "user/shell/output.h"
#include "user/shell/program.h"

#define COMMAND_MAX 16384u /* bytes of a command's lines */

static _Alignas(16) u8 memory[SHELL_ARENA_BYTES];
static struct shell shell;
static char command[COMMAND_MAX];
static size_t used; /* bytes of the lines so far */

const char *session_prompt(void)
{
	if (used > 0)
		return "> ";
	jobs_report();
	return "MicroK> ";
}

static bool append(const char *line)
{
	size_t length = strlen(line);

	if (length + 1 > COMMAND_MAX - used) {
		err_row("shell: the command is longer than 16,384 bytes, so it was not run; a "
			"script may be longer");
		used = 0;
		return false;
	}
	memcpy(command + used, line, length + 1);
	command[used + length] = '\n';
	used += length + 1;
	return true;
}

/* The variables that programs expect (POSIX XBD 8.3). */
static void begin(void)
{
	static const char *const variables[][2] = {
		{"PATH", PROGRAM_PATH}, {"HOME", "/"}, {"TERM", "xterm"}};

	shell_begin(&shell, memory, sizeof(memory));
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		size_t length = strlen(variables[i][0]);
		shell_set(&shell, variables[i][0], length, variables[i][1]);
		variable_export(&shell.variables, variables[i][0], length);
	}
}

/* Parses all of the text before the first command runs: the end may be missing. */
static enum parse_result parse(struct parser *p, struct node **first)
{
	struct node **end = first;
	enum parse_result result;

	*first = NULL;
	/* The last newline is not a part of it, so that a backslash before it is an error at once. */
	parser_begin(p, command, used - 1, &shell.arena);
	while ((result = parser_next(p, end)) == PARSE_OK)
		end = &(*end)->next;
	return result;
}

static void run(const struct node *first)
{
	shell.flow = FLOW_ON;
	foreground_forget();
	for (const struct node *n = first; n && shell.flow == FLOW_ON; n = n->next)
		eval(&shell, n);
	if (shell.flow == FLOW_EXIT)
		line_no_end();
	shell.flow = FLOW_ON;
}

void session_line(const char *line)
{
	struct parser p;
	struct node *first;

	if (!shell.arena.base)
		begin();
	if (!line_was_finished()) {
		used = 0;
		return;
	}
	if (!append(line))
		return;
	enum parse_result result = parse(&p, &first);
	if (result == PARSE_WRONG)
		shell_fail(&shell, EXIT_USAGE, "%s", p.error);
	else if (result == PARSE_END)
		run(first);
	arena_release(&shell.arena, 0);
	if (result != PARSE_MORE)
		used = 0;
}

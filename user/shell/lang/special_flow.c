/* break, continue, exit, return; eval, . and sh. */
#include "lib/microk/string.h"
#include "user/shell/input.h"
#include "user/shell/lang/eval.h"
#include "user/shell/lang/script.h"
#include "user/shell/lang/special_parts.h"
#include "user/shell/output.h"

static int leave_loops(struct shell *s, u32 count, char **words, enum flow flow)
{
	u64 levels = 1;

	if (count > 2 || (count == 2 && (!string_number(words[1], &levels) || levels == 0)))
		return special_reject(words);
	if (s->loops == 0) {
		err_row("%s: %s: there is no loop here", s->name, words[0]);
		return EXIT_FAILED;
	}
	s->levels = levels < s->loops ? (u32)levels : s->loops;
	s->flow = flow;
	return EXIT_OK;
}

int special_break(struct shell *s, u32 count, char **words)
{
	return leave_loops(s, count, words, FLOW_BREAK);
}

int special_continue(struct shell *s, u32 count, char **words)
{
	return leave_loops(s, count, words, FLOW_CONTINUE);
}

/* Without a number, $? stays. */
static int leave(struct shell *s, u32 count, char **words, enum flow flow)
{
	u64 status = (u64)s->status;

	if (count > 2 || (count == 2 && (!string_number(words[1], &status) || status > 255)))
		return special_reject(words);
	s->flow = flow;
	return (int)status;
}

int special_exit(struct shell *s, u32 count, char **words)
{
	return leave(s, count, words, FLOW_EXIT);
}

int special_return(struct shell *s, u32 count, char **words)
{
	return leave(s, count, words, FLOW_RETURN);
}

int special_eval(struct shell *s, u32 count, char **words)
{
	size_t length = 0;
	char *text = arena_take(&s->arena, 0);

	for (u32 i = 1; text && i < count; i++) {
		size_t bytes = strlen(words[i]);
		if (bytes + 1 > s->arena.bytes - s->arena.used)
			return shell_fail(s, EXIT_FAILED, "eval: there is no memory for the text");
		memcpy(text + length, words[i], bytes);
		text[length + bytes] = ' ';
		length += bytes + 1;
		s->arena.used += bytes + 1;
	}
	eval_lines(s, text, length);
	return s->status;
}

int special_source(struct shell *s, u32 count, char **words)
{
	return count == 2 ? script_source(s, words[1]) : special_reject(words);
}

static int run_input(struct shell *s, char **words)
{
	size_t mark = arena_mark(&s->arena), length;
	char *text = script_input(s, &length);

	if (text)
		script_text(s, text, length, 1, words);
	arena_release(&s->arena, mark);
	return s->status;
}

int special_sh(struct shell *s, u32 count, char **words)
{
	bool text = count > 1 && strcmp(words[1], "-c") == 0;

	if (count == 1 && !input_is_terminal())
		return run_input(s, words);
	if (count == 1 || (words[1][0] == '-' && !text) || (text && count == 2))
		return special_reject(words);
	if (!text)
		return script_run(s, count - 1, words + 1);
	/* POSIX: the words after the text are $0, $1 and so on. */
	if (count == 3)
		return script_text(s, words[2], strlen(words[2]), 1, words);
	return script_text(s, words[2], strlen(words[2]), count - 3, words + 3);
}

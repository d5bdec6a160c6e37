/* while, until, for and case. */
#include "user/shell/lang/eval.h"
#include "user/shell/lang/eval_parts.h"
#include "user/shell/lang/expand.h"
#include "lib/microk/string.h"

/* After a condition or a body: whether this loop goes on. break and continue with a number end the loops within theirs. */
static bool goes_on(struct shell *s)
{
	if (s->flow == FLOW_ON)
		return true;
	if ((s->flow != FLOW_BREAK && s->flow != FLOW_CONTINUE) || --s->levels > 0)
		return false;
	bool on = s->flow == FLOW_CONTINUE;
	s->flow = FLOW_ON;
	return on;
}

void eval_while(struct shell *s, const struct node *n)
{
	int status = EXIT_OK;

	s->loops++;
	for (bool first = true; first || !eval_interrupted(s); first = false) {
		s->tested++;
		eval(s, n->first);
		s->tested--;
		if (s->flow == FLOW_ON && (s->status == EXIT_OK) != (n->kind == NODE_WHILE))
			break;
		if (s->flow == FLOW_ON)
			eval(s, n->body);
		status = s->status;
		if (!goes_on(s))
			break;
	}
	s->loops--;
	if (s->flow != FLOW_INTERRUPTED)
		s->status = status;
}

static void run_for(struct shell *s, const struct node *n, const struct fields *f)
{
	s->status = EXIT_OK;
	s->loops++;
	for (u32 i = 0; i < f->count; i++) {
		if (i > 0 && eval_interrupted(s))
			break;
		if (!shell_set(s, n->name.text, n->name.length, f->word[i]))
			break;
		eval(s, n->body);
		if (!goes_on(s))
			break;
	}
	s->loops--;
}

void eval_for(struct shell *s, const struct node *n)
{
	static const struct word all = {.text = "\"$@\"", .length = 4};
	size_t mark = arena_mark(&s->arena);
	struct fields *f = expand_words(s, n->all_params ? &all : n->words);

	if (f)
		run_for(s, n, f);
	arena_release(&s->arena, mark);
}

/* The clause with a pattern that fits; *failed: a pattern could not be expanded. */
static const struct clause *find_clause(struct shell *s, const struct node *n, const char *subject,
					bool *failed)
{
	for (const struct clause *c = n->clauses; c; c = c->next)
		for (const struct word *w = c->patterns; w; w = w->next) {
			size_t mark = arena_mark(&s->arena);
			struct pattern p;
			*failed = !expand_pattern(s, w->text, w->length, &p);
			bool fits = !*failed && pattern_matches(&p, subject, strlen(subject));
			arena_release(&s->arena, mark);
			if (*failed || fits)
				return fits ? c : NULL;
		}
	return NULL;
}

void eval_case(struct shell *s, const struct node *n)
{
	size_t mark = arena_mark(&s->arena);
	char *subject = expand_text(s, n->name.text, n->name.length);
	bool failed = !subject;
	const struct clause *c = subject ? find_clause(s, n, subject, &failed) : NULL;

	arena_release(&s->arena, mark);
	if (!failed)
		s->status = EXIT_OK;
	if (c)
		eval(s, c->body);
}

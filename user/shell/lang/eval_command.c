/* One command: its words expanded, its assignments made, its redirections open; then run.h. */
#include "lib/microk/string.h"
#include "user/shell/lang/eval.h"
#include "user/shell/lang/eval_parts.h"
#include "user/shell/lang/expand.h"
#include "user/shell/lang/redirect.h"
#include "user/shell/launch.h"
#include "user/shell/output.h"
#include "user/shell/run.h"

/* The length of NAME in a word NAME=..., or 0. */
static size_t assigned_name(const struct word *w)
{
	size_t name = variable_name_length(w->text, w->length);

	return name > 0 && name < w->length && w->text[name] == '=' ? name : 0;
}

/* Makes the assignments at the front of the words, up to `end`. */
static bool assign(struct shell *s, const struct word *w, const struct word *end, bool export)
{
	for (; w != end; w = w->next) {
		size_t mark = arena_mark(&s->arena), name = assigned_name(w);
		char *value = expand_text(s, w->text + name + 1, w->length - name - 1);
		bool set = value && shell_set(s, w->text, name, value);
		arena_release(&s->arena, mark);
		if (set && export && !variable_export(&s->variables, w->text, name))
			set = false;
		if (!set)
			return false;
	}
	return true;
}

static void show_words(const struct fields *f)
{
	for (u32 i = 0; i < f->count; i += 16) {
		/* A row for each 16 words: the message of an error is one piece of text. */
		char row[1024] = "";
		for (u32 k = i; k < f->count && k < i + 16; k++) {
			size_t used = strlen(row);
			string_copy(row + used, sizeof(row) - used, " ");
			string_copy(row + strlen(row), sizeof(row) - strlen(row), f->word[k]);
		}
		err_row("+%s", row);
	}
}

/* A variable that is assigned for one command, as it was before. */
struct before {
	struct before *next;
	const struct word *word;
	const char *value; /* NULL: it was not set */
	bool exported;
};

/* Notes the variables, the last first; false, after a message: there is no memory. */
static bool note(struct shell *s, const struct word *w, const struct word *end, struct before **out)
{
	*out = NULL;
	for (; w != end; w = w->next) {
		struct before *b = arena_take(&s->arena, sizeof(*b));
		size_t name = assigned_name(w);
		const char *value = variable_get(&s->variables, w->text, name);
		if (b && value)
			value = arena_copy(&s->arena, value, strlen(value));
		if (!b || (!value && variable_get(&s->variables, w->text, name))) {
			shell_fail(s, EXIT_FAILED, "there is no memory for the variables");
			return false;
		}
		*b = (struct before){
			*out, w, value, variable_is_exported(&s->variables, w->text, name)};
		*out = b;
	}
	return true;
}

/* Runs with assignments that hold for this command alone. Other variables keep what it gives them, as read does. */
static void run_assigned(struct shell *s, const struct word *first, const struct word *end,
			 struct fields *f)
{
	struct before *b;

	if (!note(s, first, end, &b))
		return;
	if (assign(s, first, end, true))
		run_words(s, f->count, f->word);
	for (; b; b = b->next) {
		size_t name = assigned_name(b->word);
		variable_unset(&s->variables, b->word->text, name);
		if (b->value)
			shell_set(s, b->word->text, name, b->value);
		if (b->exported)
			variable_export(&s->variables, b->word->text, name);
	}
}

bool eval_expand(struct shell *s, const struct node *n, struct expanded *e)
{
	s->substituted = EXIT_OK;
	e->command = n->words;
	while (e->command && assigned_name(e->command))
		e->command = e->command->next;
	e->fields = expand_words(s, e->command);
	return e->fields != NULL;
}

static void run(struct shell *s, const struct node *n, const struct expanded *e)
{
	struct fields *f = e->fields;

	if (s->trace && f->count > 0)
		show_words(f);
	if (f->count == 0) {
		if (assign(s, n->words, e->command, false))
			s->status = s->substituted;
	} else if (n->words == e->command) {
		run_words(s, f->count, f->word);
	} else {
		run_assigned(s, n->words, e->command, f);
	}
}

void eval_expanded(struct shell *s, const struct node *n, const struct expanded *e)
{
	size_t mark = arena_mark(&s->arena);
	struct redirected r;

	if (redirect_begin(s, n->redirects, &r))
		run(s, n, e);
	redirect_end(s, &r);
	arena_release(&s->arena, mark);
}

bool eval_launch(struct shell *s, const struct node *n, const struct expanded *e, struct job *j,
		 const struct stream *program)
{
	size_t mark = arena_mark(&s->arena);
	struct redirected r;
	bool started = false;

	if (s->trace)
		show_words(e->fields);
	if (redirect_begin(s, n->redirects, &r) && assign(s, n->words, e->command, true))
		started = launch(s, j, program, e->fields->count, e->fields->word);
	redirect_end(s, &r);
	arena_release(&s->arena, mark);
	return started;
}

void eval_command(struct shell *s, const struct node *n)
{
	size_t mark = arena_mark(&s->arena);
	struct expanded e;

	if (eval_expand(s, n, &e))
		eval_expanded(s, n, &e);
	arena_release(&s->arena, mark);
}

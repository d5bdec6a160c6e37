/* The parts of a pipeline, and which of them are programs. */
#include "lib/microk/string.h"
#include "user/shell/lang/fields.h"
#include "user/shell/lang/pipeline.h"
#include "user/shell/lang/special.h"
#include "user/shell/program.h"

void *pipeline_take(struct shell *s, size_t bytes)
{
	void *memory = arena_take(&s->arena, bytes);

	if (memory)
		memset(memory, 0, bytes);
	else
		shell_fail(s, EXIT_FAILED, "there is no memory for one more pipe");
	return memory;
}

bool pipeline_is_of_shell(const char *name)
{
	return special_find(name) || command_find(name);
}

/* Whether its first word names a command of the shell as it is written, so that the words need not be expanded to know that. */
static bool is_plainly_of_shell(const struct node *n)
{
	char name[16];

	if (n->kind != NODE_COMMAND || !n->words || n->words->length >= sizeof(name))
		return n->kind != NODE_COMMAND;
	memcpy(name, n->words->text, n->words->length);
	name[n->words->length] = '\0';
	return pipeline_is_of_shell(name);
}

/* Opens the file that the part's first word names, if it is a program. In the background, a program comes before a command of the
 * shell's own. */
static bool open_file(struct shell *s, struct part *p, bool background)
{
	char found[FILE_PATH_MAX + 1];
	const char *name = p->words.fields->count > 0 ? p->words.fields->word[0] : "";
	struct stream *file;

	if (!spawn_is_possible() || !name[0] || (pipeline_is_of_shell(name) && !background))
		return true;
	if (!strchr(name, '/')) {
		if (!program_find(&s->variables, name, found))
			return true;
		name = found;
	}
	file = pipeline_take(s, sizeof(*file));
	if (file && program_open(file, name))
		p->program = file;
	return file != NULL;
}

/* Expansion is of a subshell's variables, but of the last part, which may set the shell's own. */
static bool prepare(struct shell *s, struct pipeline *l, struct part *p)
{
	if (!l->background && is_plainly_of_shell(p->node))
		return true;
	if (p->node->kind == NODE_COMMAND) {
		p->failed = !eval_expand(s, p->node, &p->words);
		if (!p->failed && !open_file(s, p, l->background))
			return false;
	}
	if (p->failed)
		l->status = s->status;
	if (l->saved && (p->next || p->program))
		shell_restore(s, l->saved);
	return s->flow == FLOW_ON;
}

bool pipeline_begin(struct shell *s, struct pipeline *l, const struct node *n)
{
	struct part **end = &l->first, *before = NULL;
	const struct node *child = n->kind == NODE_PIPELINE ? n->first : n;

	for (; child; child = n->kind == NODE_PIPELINE ? child->next : NULL) {
		struct part *p = pipeline_take(s, sizeof(*p));
		if (!p)
			return false;
		p->node = child;
		*end = p;
		end = &p->next;
		if (before) {
			p->in = before->out = pipeline_take(s, sizeof(*p->in));
			if (!p->in)
				return false;
			p->in->input = (struct input){.kind = INPUT_PIPE, .spool = &p->in->spool};
		}
		before = p;
	}
	if (l->first->next)
		l->saved = shell_save(s);
	return !l->first->next || l->saved;
}

bool pipeline_prepare(struct shell *s, struct pipeline *l)
{
	bool ready = true;

	for (struct part *p = l->first; p && ready; p = p->next)
		ready = prepare(s, l, p);
	return ready;
}

bool pipeline_has_program(const struct pipeline *l)
{
	for (const struct part *p = l->first; p; p = p->next)
		if (p->program)
			return true;
	return false;
}

void pipeline_end(const struct pipeline *l)
{
	for (const struct part *p = l->first; p; p = p->next)
		if (p->program)
			stream_close(p->program);
}

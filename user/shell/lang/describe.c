#include "user/shell/lang/describe.h"
#include "lib/microk/string.h"

struct row {
	char *to;
	size_t bytes, used;
};

static void add(struct row *r, const char *text, size_t length)
{
	for (size_t i = 0; i < length && r->used + 1 < r->bytes; i++)
		r->to[r->used++] = text[i];
	r->to[r->used] = '\0';
}

static void add_blank(struct row *r)
{
	if (r->used > 0)
		add(r, " ", 1);
}

static void add_redirect(struct row *r, const struct redirect *e)
{
	static const char *const signs[] = {
		[REDIRECT_READ] = "<",
		[REDIRECT_WRITE] = ">",
		[REDIRECT_APPEND] = ">>",
		[REDIRECT_DUPLICATE] = ">&"};
	char number = (char)('0' + e->number);

	add_blank(r);
	if (e->number == 2 || (e->kind == REDIRECT_DUPLICATE && e->number > 0))
		add(r, &number, 1);
	add(r, e->number == 0 ? "<" : signs[e->kind], e->number == 0 ? 1 : strlen(signs[e->kind]));
	if (e->number == 0 && e->kind == REDIRECT_DUPLICATE)
		add(r, "&", 1);
	if (e->kind != REDIRECT_DUPLICATE)
		add(r, " ", 1);
	add(r, e->target.text, e->target.length);
}

static void add_command(struct row *r, const struct node *n)
{
	if (n->kind != NODE_COMMAND) {
		add_blank(r);
		add(r, "(...)", 5);
	}
	for (const struct word *w = n->kind == NODE_COMMAND ? n->words : NULL; w; w = w->next) {
		add_blank(r);
		add(r, w->text, w->length);
	}
	for (const struct redirect *e = n->redirects; e; e = e->next)
		add_redirect(r, e);
}

void describe(const struct node *n, char *to, size_t bytes)
{
	struct row r = {to, bytes, 0};

	to[0] = '\0';
	if (n->kind != NODE_PIPELINE) {
		add_command(&r, n);
		return;
	}
	for (const struct node *child = n->first; child; child = child->next) {
		if (child != n->first)
			add(&r, " |", 2);
		add_command(&r, child);
	}
}

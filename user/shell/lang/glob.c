/*
 * Patterns are matched a component at a time, from the left. The names of a directory are taken down before the next one is read,
 * since there is one listing at a time.
 */
#include "user/shell/lang/glob.h"
#include "lib/microk/string.h"
#include "user/shell/listing.h"

#define COMPONENTS_MAX 16u /* with patterns, in one path */

struct glob {
	struct arena *arena;
	struct fields *out;
	const char *error;
	const struct pattern *pattern;
	char path[FILE_PATH_MAX + 1];
	size_t used;
	u32 depth, found;
};

static void walk(struct glob *g, size_t at);

static void found(struct glob *g)
{
	char *copy = g->out->count < FIELDS_MAX ? arena_copy(g->arena, g->path, g->used) : NULL;

	if (g->out->count == FIELDS_MAX) {
		g->error = "too many words (at most 1,024)";
	} else if (!copy) {
		g->error = "there is no memory for the words";
	} else {
		g->out->word[g->out->count++] = copy;
		g->found++;
	}
}

static bool append(struct glob *g, const char *text, size_t length)
{
	if (length > FILE_PATH_MAX - g->used)
		return false;
	memcpy(g->path + g->used, text, length);
	g->used += length;
	g->path[g->used] = '\0';
	return true;
}

struct name {
	struct name *next;
	bool is_directory; /* or may lead to one */
	char *text;
};

/* The names of the directory at g->path that fit, in order. A directory that cannot be read has none. */
static struct name *names_that_fit(struct glob *g, const struct pattern *component)
{
	const struct listing *l;
	struct name *first = NULL, **end = &first;
	/* A name that begins with a dot fits a pattern that begins with one. */
	bool hidden = component->text[0] == '.';

	if (listing_read(g->used ? g->path : ".", &l) != OK)
		return NULL;
	if (l->cut) {
		g->error = "a directory has more names than a pattern can be matched with";
		return NULL;
	}
	for (u32 i = 0; i < l->count; i++) {
		const char *text = l->entry[i]->name;
		size_t length = strlen(text);
		if ((text[0] == '.') != hidden || !pattern_matches(component, text, length))
			continue;
		struct name *n = arena_take(g->arena, sizeof(*n));
		char *copy = n ? arena_copy(g->arena, text, length) : NULL;
		if (!copy) {
			g->error = "there is no memory for the names";
			return NULL;
		}
		u32 kind = l->entry[i]->kind;
		*n = (struct name){
			.text = copy, .is_directory = kind == KIND_DIRECTORY || kind == KIND_LINK};
		*end = n;
		end = &n->next;
	}
	return first;
}

/* NOLINTNEXTLINE(misc-no-recursion): COMPONENTS_MAX levels */
static void walk_names(struct glob *g, const struct pattern *component, size_t next)
{
	size_t path = g->used;
	bool last = next == g->pattern->length;

	if (++g->depth > COMPONENTS_MAX) {
		g->error = "a pattern has more than 16 levels";
		return;
	}
	for (struct name *n = names_that_fit(g, component); n && !g->error; n = n->next) {
		if (!last && !n->is_directory)
			continue;
		if (append(g, n->text, strlen(n->text)))
			walk(g, next);
		g->used = path;
		g->path[path] = '\0';
	}
	g->depth--;
}

/* The rest of the pattern, from `at` on, below g->path. */
/* NOLINTNEXTLINE(misc-no-recursion): COMPONENTS_MAX levels */
static void walk(struct glob *g, size_t at)
{
	const struct pattern *p = g->pattern;
	struct entry e;

	while (at < p->length) {
		size_t end = at;
		while (end < p->length && p->text[end] != '/')
			end++;
		struct pattern component = {
			.text = p->text + at, .quoted = p->quoted + at, .length = end - at};
		if (pattern_is_active(&component)) {
			walk_names(g, &component, end);
			return;
		}
		if (!append(g, p->text + at, end - at + (end < p->length)))
			return;
		at = end + (end < p->length);
	}
	if (stream_stat_link(g->path, &e) == OK)
		found(g);
}

u32 glob_expand(struct arena *arena, const struct pattern *p, struct fields *out,
		const char **error)
{
	struct glob *g = arena_take(arena, sizeof(*g));

	*error = g ? NULL : "there is no memory for the names";
	if (!g)
		return 0;
	*g = (struct glob){.arena = arena, .out = out, .pattern = p};
	walk(g, 0);
	*error = g->error;
	return g->found;
}

/* read: a line of the input becomes the values of variables. */
#include "lib/microk/string.h"
#include "user/shell/input.h"
#include "user/shell/lang/special_parts.h"
#include "user/shell/output.h"

#define READ_MAX 4095u /* bytes of a line for read */

/* A line on its way into variables (POSIX XCU read): split at IFS, the last variable gets the rest. */
struct reading {
	const char *ifs;
	char *text; /* without the backslashes that quote */
	u8 *quoted;
	size_t length;
};

static bool separates(const struct reading *r, size_t at, bool blank)
{
	char c = r->text[at];

	if (r->quoted[at] || !strchr(r->ifs, c))
		return false;
	return blank == (c == ' ' || c == '\t' || c == '\n');
}

static size_t skip_blanks(const struct reading *r, size_t at)
{
	while (at < r->length && separates(r, at, true))
		at++;
	return at;
}

/* Takes the backslashes out. True: the line goes on in the next. */
static bool unquote(struct reading *r, size_t from)
{
	size_t to = from;

	for (size_t at = from; at < r->length; at++) {
		bool quotes = r->text[at] == '\\';
		if (quotes && at + 1 == r->length) {
			r->length = to;
			return true;
		}
		at += quotes;
		r->text[to] = r->text[at];
		r->quoted[to++] = quotes;
	}
	r->length = to;
	return false;
}

static bool give(struct shell *s, struct reading *r, u32 count, char **names)
{
	size_t at = skip_blanks(r, 0);

	for (u32 i = 0; i < count; i++) {
		size_t end = at, next;
		bool last = i + 1 == count;
		while (end < r->length &&
		       (last || (!separates(r, end, true) && !separates(r, end, false))))
			end++;
		next = skip_blanks(r, end);
		if (!last && next < r->length && separates(r, next, false))
			next = skip_blanks(r, next + 1);
		while (last && end > at && separates(r, end - 1, true))
			end--;
		char kept = r->text[end];
		r->text[end] = '\0';
		bool set = shell_set(s, names[i], strlen(names[i]), r->text + at);
		r->text[end] = kept;
		if (!set)
			return false;
		at = next;
	}
	return true;
}

static enum microk_status read_lines(struct reading *r, bool raw, bool *more)
{
	enum microk_status status;
	size_t from = 0;

	do {
		status = input_line(r->text + from, READ_MAX + 1 - from, more);
		if (status != OK)
			return from > 0 && status == ERR_NOT_FOUND ? OK : status;
		r->length = from + strlen(r->text + from);
		if (r->length == READ_MAX) {
			err_row("read: the line is longer than %u bytes; the rest is lost",
				READ_MAX - 1);
			return OK;
		}
		bool goes_on = !raw && unquote(r, from);
		if (!goes_on)
			break;
		from = r->length;
	} while (from < READ_MAX);
	return OK;
}

int special_read(struct shell *s, u32 count, char **words)
{
	bool raw = count > 1 && strcmp(words[1], "-r") == 0, more = false;
	u32 first = raw ? 2 : 1;
	const char *ifs = variable_get(&s->variables, "IFS", 3);
	struct reading r = {.ifs = " \t\n"};

	if (count <= first || words[first][0] == '-')
		return special_reject(words);
	for (u32 i = first; i < count; i++)
		if (!variable_name(words[i], strlen(words[i])))
			return special_bad_name(s, "read", words[i]);
	/* read may set IFS itself. */
	if (ifs)
		r.ifs = arena_copy(&s->arena, ifs, strlen(ifs));
	r.text = arena_take(&s->arena, READ_MAX + 1);
	r.quoted = arena_take(&s->arena, READ_MAX + 1);
	if (!r.ifs || !r.text || !r.quoted)
		return shell_fail(s, EXIT_FAILED, "read: there is no memory for the line");
	memset(r.quoted, 0, READ_MAX + 1);
	r.text[0] = '\0';
	enum microk_status status = read_lines(&r, raw, &more);
	if (status == ERR_CANCELLED) {
		s->flow = FLOW_INTERRUPTED;
		return EXIT_INTERRUPTED;
	}
	if (!give(s, &r, count - first, words + first))
		return EXIT_FAILED;
	return status == OK && more ? EXIT_OK : EXIT_FAILED;
}

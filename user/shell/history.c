/* The history: lines in one block, so that many short ones or some long ones fit; and a place for the line being typed while others
 * are shown. */
#include "user/shell/history.h"
#include "lib/microk/string.h"

_Static_assert(HISTORY_BYTES > 4 * (EDITOR_MAX + 1), "the longest lines fit");

const char *history_line(const struct history *h, u32 n)
{
	const char *line = h->text;

	if (n >= h->count)
		return NULL;
	for (u32 i = 0; i < n; i++)
		line += strlen(line) + 1;
	return line;
}

static const char *line_back(const struct history *h, u32 back)
{
	return history_line(h, h->count - back);
}

static bool is_blank(const char *line)
{
	while (*line == ' ')
		line++;
	return *line == '\0';
}

static void drop_oldest(struct history *h)
{
	size_t bytes = strlen(h->text) + 1;

	memmove(h->text, h->text + bytes, h->used - bytes);
	h->used -= bytes;
	h->count--;
}

void history_add(struct history *h, const char *line)
{
	size_t bytes = strnlen(line, EDITOR_MAX) + 1;

	h->back = 0;
	if (is_blank(line) || (h->count > 0 && strcmp(line_back(h, 1), line) == 0))
		return;
	while (bytes > HISTORY_BYTES - h->used || h->count == HISTORY_LINES)
		drop_oldest(h);
	memcpy(h->text + h->used, line, bytes - 1);
	h->text[h->used + bytes - 1] = '\0';
	h->used += bytes;
	h->count++;
}

const char *history_older(struct history *h, const char *shown)
{
	if (h->back == h->count)
		return NULL;
	if (h->back == 0)
		string_copy(h->draft, sizeof(h->draft), shown);
	return line_back(h, ++h->back);
}

const char *history_newer(struct history *h)
{
	if (h->back == 0)
		return NULL;
	return --h->back == 0 ? h->draft : line_back(h, h->back);
}

static bool has_part(const char *line, const char *part)
{
	size_t length = strlen(part);

	for (; *line; line++)
		if (strncmp(line, part, length) == 0)
			return true;
	return false;
}

u32 history_search(const struct history *h, u32 from, const char *part)
{
	for (u32 n = from; n-- > 0;) {
		const char *line = history_line(h, n);
		if (line && has_part(line, part))
			return n;
	}
	return h->count;
}

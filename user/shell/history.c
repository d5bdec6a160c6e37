/* The history: a ring of lines, and a place for the line being typed while others are shown. */
#include "user/shell/history.h"
#include "lib/microk/string.h"

static char *line_back(struct history *h, u32 back)
{
	return h->line[(h->first + h->count - back) % HISTORY_LINES];
}

static void copy_line(char *to, const char *from)
{
	size_t length = strlen(from);

	if (length > EDITOR_MAX)
		length = EDITOR_MAX;
	memcpy(to, from, length);
	to[length] = '\0';
}

static bool is_blank(const char *line)
{
	while (*line == ' ')
		line++;
	return *line == '\0';
}

void history_add(struct history *h, const char *line)
{
	h->back = 0;
	if (is_blank(line) || (h->count > 0 && strcmp(line_back(h, 1), line) == 0))
		return;
	if (h->count == HISTORY_LINES)
		h->first = (h->first + 1) % HISTORY_LINES;
	else
		h->count++;
	copy_line(line_back(h, 1), line);
}

const char *history_older(struct history *h, const char *shown)
{
	if (h->back == h->count)
		return NULL;
	if (h->back == 0)
		copy_line(h->draft, shown);
	return line_back(h, ++h->back);
}

const char *history_newer(struct history *h)
{
	if (h->back == 0)
		return NULL;
	return --h->back == 0 ? h->draft : line_back(h, h->back);
}

/* Weighed: bash searches anew with each character, from the line that is shown; so does this. */
#include "user/shell/search.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

static void make_prompt(struct search *s, const struct history *h)
{
	format(s->prompt, sizeof(s->prompt), "(%s '%s'): ",
	       s->length > 0 && s->found == h->count ? "not found" : "search", s->part);
}

void search_begin(struct search *s, const struct history *h, const struct editor *e)
{
	*s = (struct search){.on = true, .found = h->count};
	string_copy(s->before, sizeof(s->before), e->text);
	make_prompt(s, h);
}

/* Shows the newest line before `from` that has the part; the line shown stays if there is none. */
static bool look(struct search *s, const struct history *h, struct editor *e, u32 from)
{
	u32 found = s->length > 0 ? history_search(h, from, s->part) : h->count;

	if (found < h->count) {
		s->found = found;
		editor_set(e, history_line(h, found));
	}
	return found < h->count;
}

static enum search_result lengthen(struct search *s, const struct history *h, struct editor *e,
				   u32 key)
{
	if (s->length == SEARCH_MAX)
		return SEARCH_REFUSED;
	s->part[s->length++] = (char)key;
	s->part[s->length] = '\0';
	/* The line that is shown may have the longer part, too. */
	if (!look(s, h, e, s->found < h->count ? s->found + 1 : h->count))
		s->found = h->count;
	make_prompt(s, h);
	return SEARCH_CHANGED;
}

static enum search_result shorten(struct search *s, const struct history *h, struct editor *e)
{
	if (s->length == 0)
		return SEARCH_REFUSED;
	do {
		s->length--;
	} while (s->length > 0 && ((u8)s->part[s->length] & 0xc0) == 0x80);
	s->part[s->length] = '\0';
	if (!look(s, h, e, h->count)) {
		s->found = h->count;
		editor_set(e, s->before);
	}
	make_prompt(s, h);
	return SEARCH_CHANGED;
}

enum search_result search_key(struct search *s, const struct history *h, struct editor *e, u32 key)
{
	switch (key) {
	case KEY_CTRL('R'): return look(s, h, e, s->found) ? SEARCH_CHANGED : SEARCH_REFUSED;
	case KEY_BACKSPACE:
	case KEY_CTRL('H'): return shorten(s, h, e);
	case KEY_CTRL('G'):
		s->on = false;
		editor_set(e, s->before);
		return SEARCH_CHANGED;
	default: break;
	}
	if (key >= 0x20 && key <= 0xff)
		return lengthen(s, h, e, key);
	s->on = false;
	return SEARCH_ENDED;
}

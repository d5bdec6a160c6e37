#include "user/shell/lang/match.h"

/* Bytes of the character that begins here. */
static size_t character(const char *text, size_t length)
{
	size_t n = 1;

	while (n < length && ((u8)text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static bool special(const struct pattern *p, size_t at, char c)
{
	return at < p->length && !p->quoted[at] && p->text[at] == c;
}

/* Where a bracket expression that begins at `at` ends (after its "]"); `at`: it is not closed, so "[" stands for itself. */
static size_t bracket_end(const struct pattern *p, size_t at)
{
	size_t i = at + 1;

	if (special(p, i, '!') || special(p, i, '^'))
		i++;
	if (special(p, i, ']'))
		i++; /* the first stands for itself */
	while (i < p->length && !special(p, i, ']'))
		i++;
	return i < p->length ? i + 1 : at;
}

bool pattern_is_active(const struct pattern *p)
{
	for (size_t i = 0; i < p->length; i++)
		if (special(p, i, '*') || special(p, i, '?') ||
		    (special(p, i, '[') && bracket_end(p, i) > i))
			return true;
	return false;
}

/* The character as one number; bytes outside of UTF-8 have their own. */
static u32 number(const char *text, size_t bytes)
{
	u32 n = 0;

	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | (u8)text[i];
	return n;
}

/* Whether a character is in the bracket expression at..end. */
static bool in_bracket(const struct pattern *p, size_t at, size_t end, u32 c)
{
	bool negated = special(p, at + 1, '!') || special(p, at + 1, '^'), in = false;
	size_t i = at + 1 + negated;

	while (i < end - 1) {
		size_t bytes = character(p->text + i, end - 1 - i);
		u32 low = number(p->text + i, bytes), high = low;
		i += bytes;
		if (i + 1 < end - 1 && special(p, i, '-')) {
			bytes = character(p->text + i + 1, end - 1 - i - 1);
			high = number(p->text + i + 1, bytes);
			i += 1 + bytes;
		}
		in = in || (c >= low && c <= high);
	}
	return in != negated;
}

/* Whether one character of the text fits the pattern at *at, which moves on. */
static bool fits(const struct pattern *p, size_t *at, const char *text, size_t bytes)
{
	if (special(p, *at, '?')) {
		++*at;
		return true;
	}
	size_t end = special(p, *at, '[') ? bracket_end(p, *at) : *at;
	if (end > *at) {
		bool in = in_bracket(p, *at, end, number(text, bytes));
		*at = end;
		return in;
	}
	if (*at + bytes > p->length)
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (p->text[*at + i] != text[i])
			return false;
	*at += bytes;
	return true;
}

bool pattern_matches(const struct pattern *p, const char *text, size_t length)
{
	size_t at = 0, t = 0, star = p->length + 1, star_text = 0;

	/* At a mismatch the last * takes one character more; the stars before it need not change. */
	while (t < length) {
		size_t bytes = character(text + t, length - t);
		if (special(p, at, '*')) {
			star = ++at;
			star_text = t;
		} else if (at < p->length && fits(p, &at, text + t, bytes)) {
			t += bytes;
		} else if (star <= p->length) {
			star_text += character(text + star_text, length - star_text);
			at = star;
			t = star_text;
		} else {
			return false;
		}
	}
	while (special(p, at, '*'))
		at++;
	return at == p->length;
}

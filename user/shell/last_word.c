/*
 * The scanner of completion. It reads a line that is not finished, so that each quote and each command may be open.
 */
#include "user/shell/last_word.h"
#include "lib/microk/string.h"

/* Reads a line character by character, with the quote that each is in. */
struct scanner {
	const char *line;
	size_t at, end;
	char quote; /* the open quote, or 0 */
};

enum scanned { SCAN_END, SCAN_BLANK, SCAN_TEXT, SCAN_MARK, SCAN_OPERATOR, SCAN_LONELY_BACKSLASH };

/* The role of the next character; *c is the character for SCAN_TEXT. SCAN_MARK is a quote mark. */
static enum scanned scan(struct scanner *s, char *c)
{
	if (s->at == s->end)
		return SCAN_END;
	*c = s->line[s->at++];
	if (s->quote == '\'') {
		if (*c != '\'')
			return SCAN_TEXT;
		s->quote = 0;
		return SCAN_MARK;
	}
	if (*c == '\\') {
		char following = s->at < s->end ? s->line[s->at] : '\0';
		if (s->quote == '"' && !strchr("\"\\$`", following))
			return SCAN_TEXT;
		if (s->at == s->end)
			return SCAN_LONELY_BACKSLASH;
		*c = following;
		s->at++;
		return SCAN_TEXT;
	}
	if (s->quote == '"') {
		if (*c != '"')
			return SCAN_TEXT;
		s->quote = 0;
		return SCAN_MARK;
	}
	switch (*c) {
	case ' ':
	case '\t': return SCAN_BLANK;
	case '\'':
	case '"': s->quote = *c; return SCAN_MARK;
	case '|':
	case '&':
	case ';':
	case '(':
	case ')':
	case '<':
	case '>': return SCAN_OPERATOR;
	default: return SCAN_TEXT;
	}
}

size_t last_word(const char *line, size_t cursor, char *word, char *quote, size_t *command)
{
	struct scanner s = {.line = line, .end = cursor};
	size_t start = 0, used = 0;

	*command = 0;
	for (;;) {
		char c = 0;
		enum scanned role = scan(&s, &c);
		if (role == SCAN_END || role == SCAN_LONELY_BACKSLASH)
			break;
		if (role == SCAN_BLANK || role == SCAN_OPERATOR) {
			start = s.at;
			used = 0;
			/* The word after < or > is a file, and the command around it goes on. */
			if (role == SCAN_OPERATOR && c != '<' && c != '>')
				*command = s.at;
		} else if (role == SCAN_TEXT) {
			word[used++] = c;
		}
	}
	word[used] = '\0';
	*quote = s.quote;
	return start;
}

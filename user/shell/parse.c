/*
 * The parser.
 *
 * Weighed: POSIX sh, whose grammar mixes words, expansion and operators, and Plan 9's rc, with one
 * kind of quote. This parser has sh's quotes, which people know, and no expansion. An operator is an
 * error: `cat a > b` must not print a, ">" and b without a message.
 */
#include "user/shell/parse.h"
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
		if (s->quote == '"' && following != '"' && following != '\\')
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
	case '<':
	case '>': return SCAN_OPERATOR;
	default: return SCAN_TEXT;
	}
}

enum parse_error parse_line(const char *line, struct words *out, size_t *at)
{
	struct scanner s = {.line = line, .end = strlen(line)};

	if (s.end > EDITOR_MAX)
		s.end = EDITOR_MAX;
	size_t used = 0;
	bool in_word = false;
	out->count = 0;
	for (;;) {
		*at = s.at;
		char c = 0;
		enum scanned role = scan(&s, &c);
		if (role == SCAN_LONELY_BACKSLASH)
			return PARSE_BACKSLASH;
		if (role == SCAN_OPERATOR)
			return PARSE_OPERATOR;
		bool comment = role == SCAN_TEXT && !in_word && line[*at] == '#';
		if (role == SCAN_END || role == SCAN_BLANK || comment) {
			if (in_word)
				out->text[used++] = '\0';
			in_word = false;
			if (role == SCAN_BLANK)
				continue;
			break;
		}
		if (!in_word) {
			if (out->count == WORDS_MAX)
				return PARSE_WORDS;
			out->word[out->count++] = out->text + used;
			in_word = true;
		}
		if (role == SCAN_TEXT)
			out->text[used++] = c;
	}
	out->word[out->count] = NULL;
	return s.quote ? PARSE_QUOTE : PARSE_OK;
}

const char *parse_error_text(enum parse_error error)
{
	switch (error) {
	case PARSE_OK: return "no error";
	case PARSE_QUOTE: return "a quote is opened and not closed";
	case PARSE_BACKSLASH: return "nothing follows the backslash at the end";
	case PARSE_WORDS: return "too many words (at most 32)";
	case PARSE_OPERATOR:
		return "this shell has no pipes, redirection or lists; quote the character to pass "
		       "it on";
	}
	return "unknown error";
}

size_t parse_last_word(const char *line, size_t cursor, char *word, char *quote)
{
	struct scanner s = {.line = line, .end = cursor};
	size_t start = 0, used = 0;

	for (;;) {
		char c = 0;
		enum scanned role = scan(&s, &c);
		if (role == SCAN_END || role == SCAN_LONELY_BACKSLASH)
			break;
		if (role == SCAN_BLANK || role == SCAN_OPERATOR) {
			start = s.at;
			used = 0;
		} else if (role == SCAN_TEXT) {
			word[used++] = c;
		}
	}
	word[used] = '\0';
	*quote = s.quote;
	return start;
}

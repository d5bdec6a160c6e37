/*
 * The lexer.
 *
 * Weighed: ash expands words while it parses them, with marks of its own in their text; mrsh builds a tree for each word. Here a
 * token is a piece of the text, and the expansion reads the same piece again: one form of a word, that a test can write down.
 */
#include "user/shell/lang/lexer.h"
#include "lib/microk/string.h"

#define DEPTH_MAX 16u /* levels of quotes, $( and ${ in one word */

static enum lex_error skip_single(const char *text, size_t *at, size_t end)
{
	while (*at < end)
		if (text[(*at)++] == '\'')
			return LEX_OK;
	return LEX_QUOTE;
}

/* Skips to the closing `close`; `open` nests. After the opening one. */
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX levels */
static enum lex_error skip_to(const char *text, size_t *at, size_t end, u32 depth, char open,
			      char close)
{
	u32 level = 1;
	enum lex_error error = depth >= DEPTH_MAX ? LEX_DEEP : LEX_OK;

	while (error == LEX_OK && *at < end) {
		if (text[*at] == close && --level == 0) {
			++*at;
			return LEX_OK;
		}
		level += open && text[*at] == open;
		error = lexer_skip(text, at, end, depth + 1);
	}
	return error != LEX_OK ? error : close == '"' ? LEX_QUOTE : LEX_DOLLAR;
}

/* Inside of "...": a single quote is a character like any other. */
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX levels */
static enum lex_error skip_double(const char *text, size_t *at, size_t end, u32 depth)
{
	if (depth >= DEPTH_MAX)
		return LEX_DEEP;
	while (*at < end) {
		if (text[*at] == '"') {
			++*at;
			return LEX_OK;
		}
		enum lex_error error = LEX_OK;
		if (text[*at] == '\'')
			++*at;
		else
			error = lexer_skip(text, at, end, depth + 1);
		if (error != LEX_OK)
			return error;
	}
	return LEX_QUOTE;
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX levels */
enum lex_error lexer_skip(const char *text, size_t *at, size_t end, u32 depth)
{
	char c = text[(*at)++], following = *at < end ? text[*at] : '\0';

	switch (c) {
	case '\\':
		if (*at == end)
			return LEX_BACKSLASH;
		++*at;
		return LEX_OK;
	case '\'': return skip_single(text, at, end);
	case '"': return skip_double(text, at, end, depth);
	case '`': return LEX_BACKQUOTE;
	case '$':
		if (following != '(' && following != '{')
			return LEX_OK;
		++*at;
		return following == '(' ? skip_to(text, at, end, depth, '(', ')')
					: skip_to(text, at, end, depth, 0, '}');
	default: return LEX_OK;
	}
}

void lexer_begin(struct lexer *l, const char *text, size_t length, u32 line)
{
	*l = (struct lexer){.text = text, .end = length, .line = line};
}

static char byte_at(const struct lexer *l, size_t ahead)
{
	return l->at + ahead < l->end ? l->text[l->at + ahead] : '\0';
}

static void skip_blanks(struct lexer *l)
{
	for (;;) {
		char c = byte_at(l, 0);
		if (c == '\\' && byte_at(l, 1) == '\n') {
			l->at += 2;
			l->line++;
		} else if (c == ' ' || c == '\t' || (c == '\r' && byte_at(l, 1) == '\n')) {
			l->at++;
		} else {
			break;
		}
	}
	if (byte_at(l, 0) == '#')
		while (l->at < l->end && l->text[l->at] != '\n')
			l->at++;
}

static enum token_kind operator_at(const struct lexer *l, u32 *length)
{
	char c = byte_at(l, 0), following = byte_at(l, 1);
	bool twice = c == following;

	*length = 1 + (twice && (c == ';' || c == '&' || c == '|' || c == '>' || c == '<'));
	switch (c) {
	case '\n': return TOKEN_NEWLINE;
	case ';': return twice ? TOKEN_DOUBLE_SEMICOLON : TOKEN_SEMICOLON;
	case '&': return twice ? TOKEN_AND : TOKEN_AMPERSAND;
	case '|': return twice ? TOKEN_OR : TOKEN_PIPE;
	case '(': return TOKEN_OPEN;
	case ')': return TOKEN_CLOSE;
	case '<':
	case '>':
		if (c == '<' && (twice || following == '>'))
			return TOKEN_BAD;
		*length += following == '&' || (c == '>' && following == '|');
		if (following == '&')
			return TOKEN_DUPLICATE;
		return c == '<' ? TOKEN_READ : twice ? TOKEN_APPEND : TOKEN_WRITE;
	default: return TOKEN_WORD;
	}
}

/* Moves over the word that begins here. */
static enum token_kind take_word(struct lexer *l)
{
	size_t start = l->at;
	bool digits = true;

	while (l->at < l->end) {
		u32 length;
		char c = l->text[l->at];
		bool line_end = c == '\r' && byte_at(l, 1) == '\n';
		if (c == ' ' || c == '\t' || line_end || operator_at(l, &length) != TOKEN_WORD)
			break;
		digits = digits && c >= '0' && c <= '9';
		l->error = lexer_skip(l->text, &l->at, l->end, 0);
		if (l->error != LEX_OK)
			return TOKEN_BAD;
	}
	for (size_t i = start; i < l->at; i++)
		l->line += l->text[i] == '\n';
	char after = byte_at(l, 0);
	return digits && (after == '<' || after == '>') ? TOKEN_NUMBER : TOKEN_WORD;
}

struct token lexer_next(struct lexer *l)
{
	u32 length;

	skip_blanks(l);
	struct token t = {.kind = TOKEN_END, .text = l->text + l->at, .line = l->line};
	if (l->at == l->end || l->error != LEX_OK) {
		t.kind = l->error != LEX_OK ? TOKEN_BAD : TOKEN_END;
		return t;
	}
	t.kind = operator_at(l, &length);
	if (t.kind == TOKEN_BAD)
		l->error = LEX_HERE;
	else if (t.kind == TOKEN_WORD)
		t.kind = take_word(l);
	else
		l->at += length;
	l->line += t.kind == TOKEN_NEWLINE;
	t.length = (u32)(l->text + l->at - t.text);
	return t;
}

const char *lexer_error_text(enum lex_error error)
{
	switch (error) {
	case LEX_OK: return "no error";
	case LEX_QUOTE: return "a quote is opened and not closed";
	case LEX_BACKSLASH: return "nothing follows the backslash at the end";
	case LEX_DOLLAR: return "$( or ${ is opened and not closed";
	case LEX_DEEP: return "quotes, $( and ${ are in each other more than 16 levels deep";
	case LEX_BACKQUOTE: return "` is not supported; write $(...), or '`' for the character";
	case LEX_HERE: return "<< and <> are not supported; read from a file by <";
	}
	return "unknown error";
}

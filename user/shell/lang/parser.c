/*
 * The parser: recursive descent over the grammar of POSIX XCU 2.10, a function for each rule, its depth bounded.
 *
 * Weighed: ash's parser is of this kind, rc's is made by yacc. Left out of the grammar: functions, here-documents and backquotes,
 * for which the port of ash is there.
 */
#include "user/shell/lang/parser.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "user/shell/lang/parser_parts.h"

void parser_fail(struct parser *p, enum parse_result result, const char *reason)
{
	if (p->result != PARSE_OK)
		return;
	p->result = result;
	p->error_line = p->token.line;
	string_copy(p->error, sizeof(p->error), reason);
}

void parser_unexpected(struct parser *p)
{
	char text[96];
	int shown = p->token.length < 32 ? (int)p->token.length : 32;

	if (p->token.kind == TOKEN_END)
		parser_fail(p, PARSE_MORE, "the text ends in the middle of a command");
	else if (p->token.kind == TOKEN_BAD)
		parser_fail(p, PARSE_WRONG, lexer_error_text(p->lexer.error));
	else if (p->token.kind == TOKEN_NEWLINE)
		parser_fail(p, PARSE_WRONG, "the line ends where a word must stand");
	else {
		format(text, sizeof(text), "\"%.*s\" is not expected here", shown, p->token.text);
		parser_fail(p, PARSE_WRONG, text);
	}
}

void parser_advance(struct parser *p)
{
	if (p->result == PARSE_OK)
		p->token = lexer_next(&p->lexer);
	if (p->token.kind == TOKEN_BAD)
		parser_unexpected(p);
}

bool parser_accept(struct parser *p, enum token_kind kind)
{
	if (p->result != PARSE_OK || p->token.kind != kind)
		return false;
	parser_advance(p);
	return true;
}

bool parser_at(const struct parser *p, const char *reserved)
{
	return p->result == PARSE_OK && p->token.kind == TOKEN_WORD &&
	       p->token.length == strlen(reserved) &&
	       memcmp(p->token.text, reserved, p->token.length) == 0;
}

void parser_expect(struct parser *p, const char *reserved)
{
	char text[64];

	if (parser_at(p, reserved)) {
		parser_advance(p);
	} else if (p->token.kind == TOKEN_END || p->token.kind == TOKEN_BAD) {
		parser_unexpected(p);
	} else {
		format(text, sizeof(text), "\"%s\" must stand before \"%.*s\"", reserved,
		       p->token.length < 24 ? (int)p->token.length : 24,
		       p->token.kind == TOKEN_NEWLINE ? "newline" : p->token.text);
		parser_fail(p, PARSE_WRONG, text);
	}
}

void parser_skip_newlines(struct parser *p)
{
	while (parser_accept(p, TOKEN_NEWLINE))
		;
}

static void *take(struct parser *p, size_t bytes)
{
	void *memory = arena_take(p->arena, bytes);

	if (memory)
		memset(memory, 0, bytes);
	else
		parser_fail(p, PARSE_WRONG, "the command is too long for the shell's memory");
	return memory;
}

struct node *parser_node(struct parser *p, enum node_kind kind)
{
	struct node *n = take(p, sizeof(*n));

	if (n) {
		n->kind = kind;
		n->line = p->token.line;
	}
	return n;
}

struct clause *parser_clause(struct parser *p)
{
	return take(p, sizeof(struct clause));
}

struct word **parser_take_word(struct parser *p, struct word **end)
{
	struct word *w = take(p, sizeof(*w));

	if (!w)
		return end;
	w->text = p->token.text;
	w->length = p->token.length;
	*end = w;
	parser_advance(p);
	return &w->next;
}

/* Takes [NUMBER] < > >> >& with its target; false if there is none here. */
static bool take_redirect(struct parser *p, struct redirect ***end)
{
	bool numbered = p->token.kind == TOKEN_NUMBER;
	u32 number = numbered ? (u32)(p->token.text[0] - '0') : 0;

	if (numbered && (p->token.length > 1 || number > 2)) {
		parser_fail(p, PARSE_WRONG, "only 0, 1 and 2 can be redirected");
		return false;
	}
	if (numbered)
		parser_advance(p);
	if (p->result != PARSE_OK || p->token.kind < TOKEN_READ || p->token.kind > TOKEN_DUPLICATE)
		return false;
	struct redirect *r = take(p, sizeof(*r));
	if (!r)
		return false;
	r->kind = (enum redirect_kind)(p->token.kind - TOKEN_READ);
	r->number = numbered ? number : p->token.text[0] == '<' ? 0 : 1;
	parser_advance(p);
	/* A target of digits before another operator is still a word: > 1 > 2. */
	if (p->token.kind == TOKEN_END || p->token.kind == TOKEN_NEWLINE)
		parser_fail(p, PARSE_WRONG, "a file must stand after <, > and >>");
	else if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_NUMBER)
		parser_unexpected(p);
	if (p->result != PARSE_OK)
		return false;
	r->target = (struct word){.text = p->token.text, .length = p->token.length};
	parser_advance(p);
	**end = r;
	*end = &r->next;
	return true;
}

static struct node *parse_simple(struct parser *p)
{
	struct node *n = parser_node(p, NODE_COMMAND);

	if (!n)
		return NULL;
	struct word **words = &n->words;
	struct redirect **redirects = &n->redirects;
	while (p->result == PARSE_OK) {
		if (p->token.kind == TOKEN_WORD)
			words = parser_take_word(p, words);
		else if (!take_redirect(p, &redirects))
			break;
	}
	if (!n->words && !n->redirects)
		parser_unexpected(p);
	return n;
}

/* The words that end a list, or stand in the middle of a compound command: no command begins with one. */
static bool at_closing_word(const struct parser *p)
{
	static const char *const closing[] = {
		"then", "elif", "else", "fi", "do", "done", "esac", "}"};

	for (size_t i = 0; i < ARRAY_LEN(closing); i++)
		if (parser_at(p, closing[i]))
			return true;
	return false;
}

static struct node *parse_command(struct parser *p)
{
	struct node *n = NULL;

	if (at_closing_word(p))
		parser_unexpected(p);
	else if (p->depth >= PARSE_DEPTH_MAX)
		parser_fail(p, PARSE_WRONG, "commands are in each other more than 20 levels deep");
	else if (!parser_at_compound(p))
		return parse_simple(p);
	if (p->result != PARSE_OK)
		return NULL;
	p->depth++;
	n = parser_compound(p);
	p->depth--;
	if (p->result != PARSE_OK || !n)
		return n;
	struct redirect **redirects = &n->redirects;
	while (take_redirect(p, &redirects))
		;
	return n;
}

static struct node *parse_pipeline(struct parser *p)
{
	bool negated = false;

	while (parser_at(p, "!")) {
		negated = !negated;
		parser_advance(p);
	}
	struct node *first = parse_command(p);
	if (p->result != PARSE_OK || (p->token.kind != TOKEN_PIPE && !negated))
		return first;
	struct node *n = parser_node(p, NODE_PIPELINE), *last = first;
	if (!n)
		return NULL;
	n->negated = negated;
	n->first = first;
	while (parser_accept(p, TOKEN_PIPE)) {
		parser_skip_newlines(p);
		struct node *next = parse_command(p);
		if (!next)
			return n;
		last->next = next;
		last = next;
	}
	return n;
}

static struct node *parse_and_or(struct parser *p)
{
	struct node *first = parse_pipeline(p), *last = first;

	if (p->result != PARSE_OK || (p->token.kind != TOKEN_AND && p->token.kind != TOKEN_OR))
		return first;
	struct node *n = parser_node(p, NODE_AND_OR);
	if (!n)
		return NULL;
	n->first = first;
	while (p->result == PARSE_OK && (p->token.kind == TOKEN_AND || p->token.kind == TOKEN_OR)) {
		enum join join = p->token.kind == TOKEN_AND ? JOIN_AND : JOIN_OR;
		parser_advance(p);
		parser_skip_newlines(p);
		struct node *next = parse_pipeline(p);
		if (!next)
			return n;
		next->join = join;
		last->next = next;
		last = next;
	}
	return n;
}

static bool at_list_end(const struct parser *p)
{
	return p->token.kind == TOKEN_END || p->token.kind == TOKEN_CLOSE ||
	       p->token.kind == TOKEN_DOUBLE_SEMICOLON || at_closing_word(p);
}

struct node *parser_list(struct parser *p, bool one_line)
{
	struct node *n = parser_node(p, NODE_LIST);
	struct node **end = n ? &n->first : NULL;

	if (!one_line)
		parser_skip_newlines(p);
	while (end && p->result == PARSE_OK && !at_list_end(p)) {
		struct node *next = parse_and_or(p);
		if (p->result != PARSE_OK || !next)
			return NULL;
		*end = next;
		end = &next->next;
		next->background = p->token.kind == TOKEN_AMPERSAND;
		bool newline = p->token.kind == TOKEN_NEWLINE;
		if (newline && one_line)
			return n;
		if (!newline && !next->background && p->token.kind != TOKEN_SEMICOLON)
			break;
		parser_advance(p);
		if (one_line && p->token.kind == TOKEN_NEWLINE)
			return n;
		parser_skip_newlines(p);
	}
	return n;
}

void parser_begin(struct parser *p, const char *text, size_t length, struct arena *arena)
{
	*p = (struct parser){.arena = arena};
	lexer_begin(&p->lexer, text, length, 1);
	p->token = (struct token){.kind = TOKEN_NEWLINE, .text = text, .line = 1};
}

enum parse_result parser_next(struct parser *p, struct node **out)
{
	/* The newline of the command before is still there, so that the text after it was not looked at. */
	while (p->token.kind == TOKEN_NEWLINE && p->result == PARSE_OK)
		parser_advance(p);
	if (p->result == PARSE_OK && p->token.kind == TOKEN_END)
		return PARSE_END;
	p->begun = p->token.line;
	*out = parser_list(p, true);
	if (p->result == PARSE_OK && p->token.kind != TOKEN_NEWLINE && p->token.kind != TOKEN_END)
		parser_unexpected(p);
	return p->result;
}

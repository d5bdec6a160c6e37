/* The compound commands: if, while, until, for, case, { } and ( ). */
#include "lib/microk/string.h"
#include "user/shell/lang/parser_parts.h"
#include "user/shell/lang/variables.h"

bool parser_at_compound(const struct parser *p)
{
	static const char *const opening[] = {"if", "while", "until", "for", "case", "{"};

	for (size_t i = 0; i < ARRAY_LEN(opening); i++)
		if (parser_at(p, opening[i]))
			return true;
	return p->token.kind == TOKEN_OPEN;
}

/* Commands of which there must be one. */
static struct node *parse_body(struct parser *p)
{
	struct node *n = parser_list(p, false);

	if (n && !n->first)
		parser_unexpected(p);
	return n;
}

static struct node *parse_do(struct parser *p)
{
	parser_expect(p, "do");
	struct node *body = parse_body(p);
	parser_expect(p, "done");
	return body;
}

/* From "if" or "elif" on. A chain of elif is a chain of nodes, made by a loop. */
static struct node *parse_if(struct parser *p)
{
	struct node *whole = NULL, **end = &whole;

	do {
		struct node *n = parser_node(p, NODE_IF);
		if (!n)
			return NULL;
		parser_advance(p);
		n->first = parse_body(p);
		parser_expect(p, "then");
		n->body = parse_body(p);
		*end = n;
		end = &n->otherwise;
	} while (parser_at(p, "elif"));
	if (parser_at(p, "else")) {
		parser_advance(p);
		*end = parse_body(p);
	}
	parser_expect(p, "fi");
	return whole;
}

static struct node *parse_while(struct parser *p)
{
	struct node *n = parser_node(p, parser_at(p, "while") ? NODE_WHILE : NODE_UNTIL);

	if (!n)
		return NULL;
	parser_advance(p);
	n->first = parse_body(p);
	n->body = parse_do(p);
	return n;
}

static struct node *parse_for(struct parser *p)
{
	struct node *n = parser_node(p, NODE_FOR);

	if (!n)
		return NULL;
	parser_advance(p);
	if (p->token.kind != TOKEN_WORD || !variable_name(p->token.text, p->token.length)) {
		if (p->token.kind == TOKEN_WORD)
			parser_fail(p, PARSE_WRONG, "the name of a variable must stand after for");
		parser_unexpected(p);
		return NULL;
	}
	n->name = (struct word){.text = p->token.text, .length = p->token.length};
	parser_advance(p);
	parser_skip_newlines(p);
	n->all_params = !parser_at(p, "in");
	if (!n->all_params) {
		struct word **end = &n->words;
		parser_advance(p);
		while (p->result == PARSE_OK && p->token.kind == TOKEN_WORD)
			end = parser_take_word(p, end);
	}
	if (p->token.kind == TOKEN_SEMICOLON)
		parser_advance(p);
	parser_skip_newlines(p);
	n->body = parse_do(p);
	return n;
}

/* [(] PATTERN | PATTERN) commands */
static struct clause *parse_clause(struct parser *p)
{
	struct clause *c = parser_clause(p);

	if (!c)
		return NULL;
	struct word **end = &c->patterns;
	parser_accept(p, TOKEN_OPEN);
	do {
		if (p->token.kind != TOKEN_WORD) {
			parser_unexpected(p);
			return NULL;
		}
		end = parser_take_word(p, end);
	} while (parser_accept(p, TOKEN_PIPE));
	if (!parser_accept(p, TOKEN_CLOSE))
		parser_unexpected(p);
	c->body = parser_list(p, false);
	return c;
}

static struct node *parse_case(struct parser *p)
{
	struct node *n = parser_node(p, NODE_CASE);

	if (!n)
		return NULL;
	parser_advance(p);
	if (p->token.kind != TOKEN_WORD) {
		parser_unexpected(p);
		return NULL;
	}
	n->name = (struct word){.text = p->token.text, .length = p->token.length};
	parser_advance(p);
	parser_skip_newlines(p);
	parser_expect(p, "in");
	parser_skip_newlines(p);
	struct clause **end = &n->clauses;
	while (p->result == PARSE_OK && !parser_at(p, "esac")) {
		*end = parse_clause(p);
		if (!*end)
			return NULL;
		end = &(*end)->next;
		if (!parser_accept(p, TOKEN_DOUBLE_SEMICOLON))
			break;
		parser_skip_newlines(p);
	}
	parser_expect(p, "esac");
	return n;
}

static struct node *parse_group(struct parser *p)
{
	bool subshell = p->token.kind == TOKEN_OPEN;
	struct node *n = parser_node(p, subshell ? NODE_SUBSHELL : NODE_GROUP);

	if (!n)
		return NULL;
	parser_advance(p);
	n->first = parse_body(p);
	if (!subshell)
		parser_expect(p, "}");
	else if (!parser_accept(p, TOKEN_CLOSE))
		parser_unexpected(p);
	return n;
}

struct node *parser_compound(struct parser *p)
{
	if (parser_at(p, "if"))
		return parse_if(p);
	if (parser_at(p, "while") || parser_at(p, "until"))
		return parse_while(p);
	if (parser_at(p, "for"))
		return parse_for(p);
	return parser_at(p, "case") ? parse_case(p) : parse_group(p);
}

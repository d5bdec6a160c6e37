/* The pieces of the parser that its two files share. */
#pragma once
#include "user/shell/lang/parsing.h"

/* Sets result and reason, of the first failure alone. */
void parser_fail(struct parser *p, enum parse_result result, const char *reason);
/* Fails at the next token: PARSE_MORE if the text ends here. */
void parser_unexpected(struct parser *p);
/* Uses up the next token. */
void parser_advance(struct parser *p);
/* Uses it up if it is of this kind. */
bool parser_accept(struct parser *p, enum token_kind kind);
/* Whether the next token is this reserved word; and fails unless it is. */
bool parser_at(const struct parser *p, const char *reserved);
void parser_expect(struct parser *p, const char *reserved);
void parser_skip_newlines(struct parser *p);

/* Zeroed; NULL after a failure. */
struct node *parser_node(struct parser *p, enum node_kind kind);
struct clause *parser_clause(struct parser *p);
/* Appends the next token as a word at *end; returns the new end. */
struct word **parser_take_word(struct parser *p, struct word **end);

/* Commands up to a word that ends a list; with one_line, also up to a newline, which stays. */
struct node *parser_list(struct parser *p, bool one_line);

/* Whether a compound command begins here; and parses it, without its redirections. */
bool parser_at_compound(const struct parser *p);
struct node *parser_compound(struct parser *p);

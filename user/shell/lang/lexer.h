/* Tokens of the shell's language (POSIX XCU 2.3). Pure; no token is longer than the text. */
#pragma once
#include "microk/types.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NEWLINE,
	TOKEN_WORD,
	TOKEN_NUMBER, /* digits right before < or > */
	TOKEN_SEMICOLON,
	TOKEN_DOUBLE_SEMICOLON,
	TOKEN_AMPERSAND,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_PIPE,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_READ,
	TOKEN_WRITE,
	TOKEN_APPEND,
	TOKEN_DUPLICATE, /* >& and <& */
	TOKEN_BAD        /* error is set */
};

enum lex_error {
	LEX_OK,
	LEX_QUOTE,     /* a quote is not closed */
	LEX_BACKSLASH, /* nothing follows the last backslash */
	LEX_DOLLAR,    /* $( or ${ is not closed */
	LEX_DEEP,      /* too many levels of quotes, $( and ${ */
	LEX_BACKQUOTE,
	LEX_HERE /* << and <> */
};

struct token {
	enum token_kind kind;
	const char *text;
	u32 length;
	u32 line;
};

struct lexer {
	const char *text;
	size_t at, end;
	u32 line, depth;
	enum lex_error error;
};

/* Begins at the text's first byte; `line` is its number. */
void lexer_begin(struct lexer *l, const char *text, size_t length, u32 line);
struct token lexer_next(struct lexer *l);
const char *lexer_error_text(enum lex_error error);

/*
 * Skips what begins at *at and has an end of its own: '...', "...", $(...), ${...}, or a backslash and its character; else one
 * byte. Expansion uses it to find the same ends as the lexer.
 */
enum lex_error lexer_skip(const char *text, size_t *at, size_t end, u32 depth);

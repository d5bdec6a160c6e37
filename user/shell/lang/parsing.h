/* The state of a parser, which its files share. */
#pragma once
#include "user/shell/lang/arena.h"
#include "user/shell/lang/lexer.h"
#include "user/shell/lang/tree.h"

#define PARSE_DEPTH_MAX 20u /* levels of if, for, while, until, case, ( and { */

enum parse_result {
	PARSE_OK,
	PARSE_END,  /* no more commands */
	PARSE_MORE, /* the text ends in the middle of a command */
	PARSE_WRONG /* parser_error has the reason */
};

struct parser {
	struct lexer lexer;
	struct token token; /* the next one, not yet used */
	struct arena *arena;
	u32 depth;
	u32 begun; /* the line of the command that parser_next parsed last */
	enum parse_result result;
	u32 error_line;
	char error[128];
};

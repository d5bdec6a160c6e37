/* From text to tree. Pure but for the arena. */
#pragma once
#include "user/shell/lang/parsing.h"

/* The text must stay as long as the trees are used. */
void parser_begin(struct parser *p, const char *text, size_t length, struct arena *arena);

/*
 * The next command, up to the end of its line (which may be several lines further on), as a NODE_LIST in *out. The text after
 * it is not looked at. After PARSE_MORE and PARSE_WRONG the parser is not used any more.
 */
enum parse_result parser_next(struct parser *p, struct node **out);

/* Splits a line into words. Pure. */
#pragma once
#include "user/shell/editor.h"

#define WORDS_MAX 32

struct words {
	u32 count;
	char *word[WORDS_MAX + 1]; /* into text; NULL after the last */
	char text[EDITOR_MAX + 1 + WORDS_MAX];
};

enum parse_error { PARSE_OK, PARSE_QUOTE, PARSE_BACKSLASH, PARSE_WORDS, PARSE_OPERATOR };

/*
 * Words are separated by blanks. '...' keeps every character, "..." all but \" and \\, a backslash the
 * next character. # at the start of a word begins a comment. | & ; < > are the operators of other
 * shells; unquoted they are rejected with PARSE_OPERATOR, and *at is the place in the line.
 */
enum parse_error parse_line(const char *line, struct words *out, size_t *at);
const char *parse_error_text(enum parse_error error);

/*
 * For completion: returns where the word before `cursor` begins. Writes its text up to the cursor,
 * without quotes, to `word` (of EDITOR_MAX + 1 bytes); *quote is the quote still open, or 0.
 */
size_t parse_last_word(const char *line, size_t cursor, char *word, char *quote);

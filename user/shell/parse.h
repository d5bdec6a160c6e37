/* A line taken apart into words. Pure. */
#pragma once
#include "user/shell/editor.h"

#define WORDS_MAX 32

struct words {
	u32 count;
	char *word[WORDS_MAX + 1]; /* into text; NULL behind the last */
	char text[EDITOR_MAX + 1 + WORDS_MAX];
};

enum parse_error { PARSE_OK, PARSE_QUOTE, PARSE_BACKSLASH, PARSE_WORDS, PARSE_OPERATOR };

/*
 * Words are separated by blanks. '...' keeps everything, "..." all but \" and \\, a backslash the
 * next character; # at the start of a word begins a comment. | & ; < > stand for what this
 * shell does not do, and are refused unless quoted: PARSE_OPERATOR, with *at where in the line.
 */
enum parse_error parse_line(const char *line, struct words *out, size_t *at);
const char *parse_error_text(enum parse_error error);

/*
 * For completion: where the word that `cursor` ends begins, and its text so far without quotes in
 * `word` (of EDITOR_MAX + 1 bytes); *quote is the quote still open, or 0.
 */
size_t parse_last_word(const char *line, size_t cursor, char *word, char *quote);

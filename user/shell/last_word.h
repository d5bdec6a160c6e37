/* The word before the cursor, for completion. Pure. */
#pragma once
#include "user/shell/editor.h"

/*
 * Returns where the word before `cursor` begins. Writes its text up to the cursor, without quotes, to `word` (of EDITOR_MAX + 1
 * bytes); *quote is the quote still open, or 0. *command is where the command begins that the word is a part of: after the last
 * operator.
 */
size_t last_word(const char *line, size_t cursor, char *word, char *quote, size_t *command);

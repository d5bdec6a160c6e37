/*
 * Expansion: from words as they are written to the words that a command gets (POSIX XCU 2.6): ~, $NAME, ${...}, $(...),
 * $((...)), splitting at IFS, patterns of names, and the removal of quotes. Errors are printed, and set $?.
 */
#pragma once
#include "user/shell/lang/fields.h"
#include "user/shell/lang/match.h"
#include "user/shell/lang/shell.h"
#include "user/shell/lang/tree.h"

/* The expansion of all words of the list, in the arena; NULL after an error. */
struct fields *expand_words(struct shell *s, const struct word *words);
/* One word without splitting and patterns, as for an assignment; NULL after an error. In the arena. */
char *expand_text(struct shell *s, const char *text, size_t length);
/* One word as a pattern. In the arena. */
bool expand_pattern(struct shell *s, const char *text, size_t length, struct pattern *out);

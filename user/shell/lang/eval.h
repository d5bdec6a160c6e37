/* Runs trees. All of it happens in one thread, one command after the other; docs/shell.md has the reasons. */
#pragma once
#include "user/shell/lang/shell.h"
#include "user/shell/lang/tree.h"
#include "user/shell/spool.h"

/* Runs the tree; s->status and s->flow have the result. NULL: nothing. */
void eval(struct shell *s, const struct node *n);

/* Parses and runs a text, command by command. */
void eval_lines(struct shell *s, const char *text, size_t length);

/* Runs the text as a subshell, with its output in the spool. False, after a message: it did not begin, or wrote too much. */
bool eval_capture(struct shell *s, const char *text, size_t length, struct spool *output);

/* Redirection of a command's input, output and errors to files (POSIX XCU 2.7). */
#pragma once
#include "user/shell/lang/shell.h"
#include "user/shell/lang/tree.h"

struct sink;
struct input;

struct redirected {
	struct sink *output, *errors; /* before */
	struct input *input;
	struct open_file *files; /* in the arena, the last first */
};

/* Opens the files in order. False, after a message: one could not be opened. redirect_end is called in each case. */
bool redirect_begin(struct shell *s, const struct redirect *list, struct redirected *r);
/* Brings the streams from before back and closes the files. Bytes that a file did not take are reported. */
void redirect_end(struct shell *s, struct redirected *r);

/* The place where words become a running command: a function of the shell, a script, or a program in a process. */
#pragma once
#include "user/shell/lang/shell.h"

/*
 * Runs the command words[0] with its arguments; words[count] is NULL. Its streams are those that input.h and output.h have now.
 * A name without a slash is one of the language (lang/special.h), of the table (command.h), or of a file (program.h); with a slash
 * it is the path of a program or a script.
 * Sets s->status, and s->flow if the command leaves its place.
 */
void run_words(struct shell *s, u32 count, char **words);

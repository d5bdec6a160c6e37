/* Scripts: files of commands. */
#pragma once
#include "user/shell/lang/shell.h"

#define SCRIPT_MAX (64ul << 10) /* bytes */

/* Runs the script words[0] in a shell of its own, with the other words as its parameters and the exported variables. Returns its
 * status, or EXIT_NOT_FOUND or EXIT_NOT_RUNNABLE after a message. */
int script_run(struct shell *s, u32 count, char **words);
/* Runs the file's commands in this shell. */
int script_source(struct shell *s, const char *path);
/* Runs a text as a script does, as `sh -c` and `sh` with its commands from the input. The words are $0, $1 and so on. */
int script_text(struct shell *s, const char *text, size_t length, u32 count, char **words);
/* Reads all of the input into the arena; NULL after a message. */
char *script_input(struct shell *s, size_t *length);

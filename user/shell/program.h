/* The files of programs, and the way from a command's name to one (POSIX XCU 2.9.1.1). */
#pragma once
#include "user/shell/lang/variables.h"
#include "user/shell/stream.h"

#define PROGRAM_PATH "/bin:/boot/bin" /* PATH, unless the person sets it */

/* The path of the file that a name without a slash means, in the directories of PATH. False: there is none. */
bool program_find(const struct variables *v, const char *name, char path[FILE_PATH_MAX + 1]);
/* Opens the file if it is a program; false: it is something else, or cannot be opened. */
bool program_open(struct stream *file, const char *path);

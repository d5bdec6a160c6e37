/* Operations of a client during which the server can die, in any order and any number. */
#pragma once
#include "tests/guest/tried/files_killed/sweep.h"

enum { WRITE, APPEND, READ, OPEN, RENAME, UNLINK, REFUSED, CLOSE, WAIT, OPERATIONS };

extern const struct operation operations[OPERATIONS];

/* An instance of the program, with a file. */
void operations_begin(const char *program);

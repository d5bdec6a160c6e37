/* A command in one row, as its words are written: for the list of jobs. Pure. */
#pragma once
#include "user/shell/lang/tree.h"

/* Of a command, or of a pipeline of commands; cut to `bytes` - 1. */
void describe(const struct node *n, char *to, size_t bytes);

/* Words of the kernel's command line, separated by blanks. */
#pragma once
#include "microk/types.h"

/* Copies the text after `key` ("root=") up to the next blank, cut to fit. False if no word starts with it. */
bool command_line_value(const char *key, char *to, size_t bytes);

/* True if one of the words is just this. */
bool command_line_has(const char *word);

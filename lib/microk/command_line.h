/*
 * Words of the kernel's command line, separated by blanks. The root task reads the line in its information area (`command_line`
 * of microk/info.h). The kernel has a reader of its own (kernel/lib/command_line.h); a test holds both to the same answers.
 */
#pragma once
#include "microk/types.h"

/* The text after `key` ("seed="), where a word begins with that, up to the end of the line; NULL if no word does. */
const char *command_line_find(const char *line, const char *key);

/* Copies the text after `key` up to the next blank, cut to fit. False if no word begins with `key`: then `to` is empty. */
bool command_line_value(const char *line, const char *key, char *to, size_t bytes);

/* The decimal number after `key`; `otherwise` if no word begins with `key`. */
u64 command_line_number(const char *line, const char *key, u64 otherwise);

/* True if one of the words is just this. */
bool command_line_has(const char *line, const char *word);

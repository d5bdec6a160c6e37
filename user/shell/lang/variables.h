/* The variables of a shell: names and values in one block of memory, so that a subshell's copy is one copy of bytes. Pure. */
#pragma once
#include "microk/types.h"

#define VARIABLES_BYTES 16384u

struct variables {
	size_t used;
	char text[VARIABLES_BYTES]; /* records: a byte of marks, the name, "=" and the value if it has one, a null byte */
};

/* Whether the text is a name: letters, digits and _, no digit first (POSIX XBD 3.235). */
bool variable_name(const char *text, size_t length);
/* The length of the name that the text begins with; 0: it begins with none. */
size_t variable_name_length(const char *text, size_t length);

/* The value; NULL: it is not set. It stays until the next change. */
const char *variable_get(const struct variables *v, const char *name, size_t length);
/* Sets a value. False: there is no room, and nothing has changed. The value may be one of `v`. */
bool variable_set(struct variables *v, const char *name, size_t length, const char *value,
		  size_t value_length);
void variable_unset(struct variables *v, const char *name, size_t length);
/* Marks it for scripts and programs; it may get its value later. False: there is no room. */
bool variable_export(struct variables *v, const char *name, size_t length);
bool variable_is_exported(const struct variables *v, const char *name, size_t length);
/* Removes all that are not marked so. */
void variables_keep_exported(struct variables *v);

/* The record at *at (0: the first), as "NAME=value" or "NAME"; moves *at to the next. NULL after the last. */
const char *variables_next(const struct variables *v, size_t *at, bool *exported);

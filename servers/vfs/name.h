/* Names, and paths as text. No function here uses a file system. */
#pragma once
#include "microk/types.h"

#define PATH_DEPTH_MAX 32 /* directories between the root and a file */

struct component {
	const char *name; /* not terminated */
	size_t length;
};

/*
 * Moves *path past its next component and sets *out to it; false at the end. Any number of slashes
 * is one separator.
 */
bool path_next(const char **path, struct component *out);

/* Whether a component consists of that many dots: 1 for ".", 2 for "..". */
bool name_is_dots(const struct component *c, size_t dots);

/* Whether a directory may contain the name: 1..FILE_NAME_MAX bytes, no slash, no control bytes, not "." or "..". */
bool name_valid(const char *name, size_t length);

/* Names, and paths as text: nothing here looks at a file system. */
#pragma once
#include "microk/types.h"

#define PATH_DEPTH_MAX 32 /* directories between the root and a file */

struct component {
	const char *name; /* not terminated */
	size_t length;
};

/*
 * Moves *path past its next component and describes it; false at the end. Slashes, however many,
 * only separate.
 */
bool path_next(const char **path, struct component *out);

/* Whether a component is so many dots: 1 for ".", 2 for "..". */
bool name_is_dots(const struct component *c, size_t dots);

/* Whether a name may stand in a directory: 1..FILE_NAME_MAX bytes, no slash, no control bytes, not "." or "..". */
bool name_valid(const char *name, size_t length);

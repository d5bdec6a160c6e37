/* Names, and paths as text. No function here uses a file system. */
#pragma once
#include "lib/fileserver/fs.h"

/*
 * Moves *path past its next component and sets *out to it; false at the end. Any number of slashes
 * is one separator.
 */
bool path_next(const char **path, struct fs_name *out);

/* Whether a component consists of that many dots: 1 for ".", 2 for "..". */
bool name_is_dots(struct fs_name name, size_t dots);

/* Whether a directory may contain the name: 1..FILE_NAME_MAX bytes, none of them a slash or 0, not "." or "..". */
bool name_valid(struct fs_name name);

bool name_is(struct fs_name name, const char *text);

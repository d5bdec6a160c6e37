/*
 * Files, and directories with everything in them: copied, and removed. The way through a tree is the path itself, so that its
 * depth takes no stack.
 */
#pragma once
#include "microk/error.h"
#include "protocols/dir.h"

/* Copies the bytes of a file. ERR_CANCELLED: the person has typed ^C, and `to` has a part of them. *path: the one that an error
 * is of. */
enum microk_status tree_copy_file(const char *from, const char *to, const char **path);

/*
 * Copies `from`, which may be a directory, to `to`, which must not exist: names, bytes, links, modes, owners and times. A file
 * with several names becomes several files. Both paths are absolute, in FILE_PATH_MAX + 1 bytes each. After an error, each is
 * the path of the entry that could not be copied, and *path the one of the two that the error is of.
 */
enum microk_status tree_copy(char *from, char *to, const char **path);

/* OK, or ERR_NOT_EMPTY. */
enum microk_status tree_is_empty(const char *directory);

/* Removes the directory and everything in it. `path` as in tree_copy. */
enum microk_status tree_remove(char *path);

/* Paths: taken apart component by component, and walked through the mounted file systems. */
#pragma once
#include "servers/vfs/fs.h"

#define PATH_DEPTH_MAX 32 /* directories between the root and a file */

/* A file or directory somewhere in the tree. */
struct place {
	struct fs *fs;
	struct fs_node node;
};

struct component {
	const char *name; /* not terminated */
	size_t length;
};

/*
 * Moves *path past its next component and tells it; false at the end. Slashes, however many,
 * only separate.
 */
bool path_next(const char **path, struct component *out);

/* Whether a name may stand in a directory: 1..FILE_NAME_MAX bytes, no slash, no control bytes, not "." or "..". */
bool name_valid(const char *name, size_t length);

/*
 * Finds what an absolute path names. ERR_NOT_FOUND, ERR_NOT_DIR (also for a file with a slash or
 * "." behind it), ERR_NAME (relative, too long, too deep, control bytes) or what a file system
 * says. ".." of the root is the root.
 */
enum microk_status path_walk(const char *path, struct place *out);

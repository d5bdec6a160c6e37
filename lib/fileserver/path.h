/* Walks paths through the mounted file systems. */
#pragma once
#include "lib/fileserver/fs.h"
#include "protocols/dir.h"

/* Where a path leads. */
struct path_end {
	bool exists;
	struct place place;  /* if it exists */
	struct place parent; /* of the last component */
	char text[FILE_NAME_MAX + 1];
	struct fs_name name; /* the last component; its length is 0 if the path ends with "", ".", ".." or "/" alone */
	bool as_directory;   /* a slash or "." comes after it */
};

/*
 * Walks `path`. Symbolic links on the way are followed, one at its end only if `follow`. If only the last component
 * is missing, the result is OK with !exists. ERR_NOT_FOUND, ERR_NOT_DIR, ERR_NAME (a component is too long, or
 * links make the path too long), ERR_LOOP, ERR_REDIRECT (path_rest), FS_WAIT, or a file system's error.
 */
enum microk_status path_walk(const struct path_start *start, const char *path, bool follow, struct path_end *out);

/* After ERR_REDIRECT, until the next walk: the path that is left. It begins with "/" or "..". */
const char *path_rest(void);

/*
 * Mounts `fs` at an absolute path: "/" first, then others, whose parent directory must exist (the
 * name itself need not). The caller keeps `fs` and must not end it. ERR_EXISTS, ERR_NO_SPACE, or
 * path_walk's errors for the parent.
 */
enum microk_status path_mount(const char *path, struct fs *fs);

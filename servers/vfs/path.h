/* Walks paths through the mounted file systems. */
#pragma once
#include "servers/vfs/fs.h"

/*
 * Finds the file or directory at an absolute path. ERR_NOT_FOUND, ERR_NOT_DIR (also for a file with
 * a slash or "." after it), ERR_NAME (relative, too long, too deep, control bytes) or a file
 * system's error. ".." of the root is the root.
 */
enum microk_status path_walk(const char *path, struct place *out);

/*
 * Mounts `fs` at an absolute path: "/" first, then others, whose parent directory must exist (the
 * name itself need not). The caller keeps `fs` and must not end it. ERR_EXISTS, ERR_NO_SPACE, or
 * path_walk's errors for the parent.
 */
enum microk_status path_mount(const char *path, struct fs *fs);

/* Paths, walked through the mounted file systems. */
#pragma once
#include "servers/vfs/fs.h"

/*
 * Finds what an absolute path names. ERR_NOT_FOUND, ERR_NOT_DIR (also for a file with a slash or
 * "." behind it), ERR_NAME (relative, too long, too deep, control bytes) or what a file system
 * says. ".." of the root is the root.
 */
enum microk_status path_walk(const char *path, struct place *out);

/*
 * Mounts `fs` at an absolute path: "/" first, then others, whose parent directory must exist (the
 * name itself need not). `fs` stays the caller's and must live on. ERR_EXISTS, ERR_NO_SPACE, or
 * path_walk's errors for the parent.
 */
enum microk_status path_mount(const char *path, struct fs *fs);

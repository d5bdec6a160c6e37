/* The mount table: which file system stands at which name of which directory. */
#pragma once
#include "servers/vfs/path.h"

#define MOUNT_MAX 8

/*
 * Mounts `fs` at an absolute path: "/" first, then others, whose parent directory must exist (the
 * name itself need not). `fs` stays the caller's and must live on. ERR_EXISTS, ERR_NO_SPACE, or
 * path_walk's errors for the parent.
 */
enum microk_status mount_add(const char *path, struct fs *fs);

/* The root of the root file system; false before one is mounted. */
bool mount_root(struct place *out);

/* If a file system is mounted on `name` in directory `at`: its root, true. */
bool mount_cross(const struct place *at, const char *name, size_t length, struct place *out);

/* Entry `index` of an open directory, mount points included; ERR_NOT_FOUND past the last. */
enum microk_status mount_entry(const struct place *at, void *state, u32 index,
			       struct fs_entry *out);

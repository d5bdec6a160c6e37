/* The mount table: which file system is mounted at which name of which directory. */
#pragma once
#include "servers/vfs/fs.h"

#define MOUNT_MAX 8

/* Makes `fs` the root. The caller keeps it and must not end it. ERR_EXISTS after the first time. */
enum microk_status mount_set_root(struct fs *fs);

/*
 * Mounts `fs` at `name` (valid, at most FILE_NAME_MAX bytes) of the directory `parent`, which need not have an entry of
 * that name. The caller keeps `fs` and must not end it. ERR_EXISTS, ERR_NO_SPACE.
 */
enum microk_status mount_add(const struct place *parent, const char *name, struct fs *fs);

/* The root of the root file system; false before one is mounted. */
bool mount_root(struct place *out);

/* If a file system is mounted at `name` in the directory `at`, sets *out to its root and returns true. */
bool mount_cross(const struct place *at, const char *name, size_t length, struct place *out);

/* Entry `index` of an open directory, mount points included; ERR_NOT_FOUND after the last. */
enum microk_status mount_entry(const struct place *at, void *state, u32 index,
			       struct fs_entry *out);

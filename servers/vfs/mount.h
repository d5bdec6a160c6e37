/* The mount table: which file system stands at which name of which directory. */
#pragma once
#include "servers/vfs/fs.h"

#define MOUNT_MAX 8

/* Makes `fs` the root; it stays the caller's and must live on. ERR_EXISTS after the first time. */
enum microk_status mount_set_root(struct fs *fs);

/*
 * Mounts `fs` at `name` (a valid one, of at most FILE_NAME_MAX bytes) of the directory `parent`, which need not have an
 * entry of that name. `fs` stays the caller's and must live on. ERR_EXISTS, ERR_NO_SPACE.
 */
enum microk_status mount_add(const struct place *parent, const char *name, struct fs *fs);

/* The root of the root file system; false before one is mounted. */
bool mount_root(struct place *out);

/* If a file system is mounted on `name` in directory `at`: its root, true. */
bool mount_cross(const struct place *at, const char *name, size_t length, struct place *out);

/* Entry `index` of an open directory, mount points included; ERR_NOT_FOUND past the last. */
enum microk_status mount_entry(const struct place *at, void *state, u32 index,
			       struct fs_entry *out);

/* The mount table: which file system is mounted at which name of which directory. */
#pragma once
#include "lib/fileserver/fs.h"

#define MOUNT_MAX 8
#define MOUNT_PATH_MAX 64u /* bytes, of a mount point's path */

/* Makes `fs` the root. The caller keeps it and must not end it. ERR_EXISTS after the first time. */
enum microk_status mount_set_root(struct fs *fs);

/*
 * Mounts `fs` at `name` (valid) of the directory `parent`, which need not have an entry of
 * that name. `path` is that of the mount point, for people. The caller keeps `fs` and must not end it. ERR_EXISTS, ERR_NO_SPACE;
 * ERR_NAME: the path is longer than MOUNT_PATH_MAX.
 */
enum microk_status mount_add(const struct place *parent, const char *name, const char *path, struct fs *fs);

/* The root of the root file system; false before one is mounted. */
bool mount_root(struct place *out);

/* If a file system is mounted at `name` in the directory `at`, sets *out to its root and returns true. */
bool mount_cross(const struct place *at, struct fs_name name, struct place *out);

/* The directory that contains the directory `at`. At the root of the root file system it is that itself. */
enum microk_status mount_parent(const struct place *at, struct place *out);

/* The entry of an open directory at `cookie`, mount points included; ERR_NOT_FOUND after the last. */
enum microk_status mount_entry(const struct place *at, u64 cookie, struct fs_entry *out);

/* File systems by number, in the order in which they were mounted: a successor that mounts them in the same order
 * has the same numbers. */
struct fs *mount_fs(u32 number); /* NULL: there is none */
const char *mount_path(u32 number);
u32 mount_number(const struct fs *fs);

/* A number that changes whenever a name of any mounted file system may lead elsewhere (fs_ops.names); 0: one of them does not
 * count. */
u64 mount_names(bool directories);

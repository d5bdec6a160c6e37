/*
 * A program's namespace: which directory capability a path begins at.
 *
 * The startup page lists the program's directories under names that begin with a slash: "/" and "/proc". A path is
 * looked up in the one with the longest fitting prefix, and the server of that directory walks the rest. Where the
 * walk leaves the directory (".." of its root, an absolute symbolic link), the server returns ERR_REDIRECT, and the
 * rest of the path is looked up here again.
 *
 * So no server needs to know of another, and a smaller namespace is a sandbox. Weighed: Plan 9's mount table of a
 * process group in the kernel; Fuchsia's namespaces, of which this is one, with its openers in the C library;
 * Linux's mount namespaces, which belong to the kernel and to a user.
 *
 * Paths are absolute here. All functions return the server's errors; ERR_NAME: the path is too long or not
 * absolute; ERR_NOT_FOUND also if no directory of the namespace fits; ERR_LOOP: after DIR_LINKS_MAX redirections;
 * ERR_LIMIT: no free slot. Threads that use this library at the same time take turns.
 */
#pragma once
#include "gen/protocols/dir_protocol.h"
#include "protocols/dir.h"

#define NAMESPACE_MAX 16
/* An entry of this name is a file: the terminal that controls the program (POSIX XBD 11.1.3). The table leaves it out. */
#define NAMESPACE_TERMINAL "/dev/tty"

/* Adds a directory. `prefix` stays the caller's: "/" or "/a/b", without a slash at its end. False: the table is
 * full. */
bool namespace_add(const char *prefix, cap_t directory);
/* Takes the directories of the startup page, in place of all that were added. */
void namespace_from_startup(void);
/* The prefix of entry `index`; NULL after the last. */
const char *namespace_prefix(u32 index);
/* The rest of an absolute path after the directory `prefix`, without a slash at its beginning; NULL: the path is not below
 * that. Several slashes count as one, as in POSIX (XBD 4.16); POSIX lets a system treat two at the beginning in its own way,
 * which this one does not. */
const char *namespace_below(const char *path, const char *prefix);

/* File system `index` of the server of entry `entry`, as dir.mounted returns it, and its path here. ERR_NOT_FOUND: no
 * further one. */
enum microk_status namespace_mounted(u32 entry, u32 index, char path[FILE_PATH_MAX + 1], struct dir_mounted_result *out);

/* OPEN_* and mode as in dir.open. *kind may be NULL. */
enum microk_status path_open(const char *path, u32 flags, u32 mode, cap_t slot, u32 *kind);
enum microk_status path_stat(const char *path, u32 flags, struct dir_stat_result *out);
enum microk_status path_mkdir(const char *path, u32 mode);
/* kind: KIND_PIPE or KIND_SOCKET. */
enum microk_status path_make(const char *path, u32 kind, u32 mode);
/* `flags`: AT_DIRECTORY. */
enum microk_status path_unlink(const char *path, u32 flags);
/* ERR_CROSS: between two directories of the namespace. ERR_BUSY: one path is a directory of it. `flags`: AT_EXCLUSIVE. */
enum microk_status path_rename(const char *from, const char *to, u32 flags);
enum microk_status path_link(const char *from, const char *to);
enum microk_status path_symlink(const char *target, const char *path);
enum microk_status path_readlink(const char *path, struct dir_readlink_result *out);
enum microk_status path_set(const char *path, struct dir_set_args *args);
enum microk_status path_statfs(const char *path, struct dir_statfs_result *out);
/* Everything of all directories that can be written. The first error. */
enum microk_status path_sync(void);
/* Everything of the one server whose directory has the path's last component, which need not exist: for a program that has
 * changed that. No other server can fail it. ERR_BUSY: the path is a directory of the namespace. */
enum microk_status path_sync_server(const char *path);

/* The walk that all of these take. `call` is called with a directory and a path of at most DIR_PATH_MAX bytes below
 * it; `flags` is AT_NO_FOLLOW if the call does not follow a link at the path's end. */
typedef enum microk_status namespace_call(cap_t directory, const char *rest, void *context);
enum microk_status namespace_walk(const char *path, u32 flags, namespace_call *call, void *context);

/* Around a fork: no other thread walks meanwhile, so the copy of this library's memory is whole. */
void namespace_before_fork(void);
void namespace_after_fork(void);

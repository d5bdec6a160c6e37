/*
 * The VFS's interface to a file system: a table of functions over node numbers.
 *
 * Weighed: Linux, whose inodes and dentries are objects shared between VFS and file system, with
 * lifetime rules on both sides; and xv6, where the one file system is called by name. Here a node
 * is a number that only its file system understands. Nothing is shared, so nothing must be counted,
 * and the same table can serve a file system in another process.
 */
#pragma once
#include "microk/error.h"
#include "microk/types.h"
#include "protocols/file.h"

struct fs_node {
	u64 id;    /* only its file system understands it; equal ids are the same file */
	u32 kind;  /* enum file_kind */
	u64 bytes; /* size of a file; 0 if its content is generated at open */
};

struct fs_entry {
	struct fs_node node;
	char name[FILE_NAME_MAX + 1];
};

struct fs;
struct fs_disk_ops;

/* Each returns OK or a status for the client. `state` comes from open and belongs to the file system. */
struct fs_ops {
	/* The entry `name` (`length` bytes, not terminated, never "." or "..") of a directory. */
	enum microk_status (*lookup)(struct fs *fs, u64 directory, const char *name, size_t length,
				     struct fs_node *out);
	/* Prepares for read or entry; may correct node->bytes. The memory is charged to `client`. NULL: nothing to do. */
	enum microk_status (*open)(struct fs *fs, struct fs_node *node, u64 client, void **state);
	/* Undoes open. NULL: nothing to do. */
	void (*close)(struct fs *fs, const struct fs_node *node, void *state);
	/* Copies up to `size` bytes from `offset`; *length 0 means the end of the file. */
	enum microk_status (*read)(struct fs *fs, const struct fs_node *node, void *state,
				   u64 offset, void *data, size_t size, size_t *length);
	/* Entry `index` of an open directory; ERR_NOT_FOUND after the last. */
	enum microk_status (*entry)(struct fs *fs, const struct fs_node *node, void *state,
				    u32 index, struct fs_entry *out);
	/* The rest, for a file system on a disk; NULL where it has none. Here a node is its id alone, and the caller
	 * keeps a node that it uses by `open`. */
	const struct fs_disk_ops *disk;
};

/* ---- File systems on a disk ---- */

/* fs_node.kind of a device, a pipe or a socket. */
#define KIND_SPECIAL KIND_CHARACTER

struct fs_name {
	const char *text; /* any bytes but 0 and '/', not terminated; never "." or ".." */
	size_t length;    /* 1..255 */
};

struct fs_time {
	i64 seconds; /* since 1970 */
	u32 nanoseconds;
};

struct fs_attributes {
	u64 bytes;   /* the length; of a symbolic link, its target's */
	u64 sectors; /* of 512 bytes, that it takes on the disk */
	u32 mode;    /* type and permissions as in POSIX's st_mode */
	u32 links;
	u32 owner, group;
	u64 device;  /* of a special node, as Linux numbers it: major << 32 | minor; 0 otherwise */
	struct fs_time accessed, modified, changed;
};

enum { FS_SET_MODE = 1, FS_SET_OWNER = 2, FS_SET_ACCESSED = 4, FS_SET_MODIFIED = 8 };

struct fs_space {
	u64 block_bytes, blocks, free_blocks, nodes, free_nodes;
	u32 name_most;
	bool read_only;
};

/* One entry of a directory, "." and ".." among them. */
struct fs_listed {
	u64 id;
	u32 kind;
	u64 next; /* the cookie of the entry after it; it stays valid while the directory changes */
	u32 length;
	char name[256]; /* terminated */
};

/* The place where bytes of a file go to or come from: a buffer, or a frame that a client has lent. `bytes` bytes lie in one
 * page of the cache; `at` counts from the beginning of the request. A status other than OK ends the request there. */
struct fs_bytes {
	enum microk_status (*move)(struct fs_bytes *b, u64 at, void *page, u64 bytes);
};

/*
 * Statuses: ERR_NOT_FOUND (no such name, or the node is gone), ERR_EXISTS, ERR_NOT_DIR, ERR_IS_DIR, ERR_STATE (the directory
 * is not empty), ERR_NO_SPACE (the disk is full), ERR_LIMIT (too many links, or too many nodes in use at once), ERR_RANGE (the
 * file would be too large), ERR_NAME (a name or target is too long), ERR_ARG (a directory cannot be moved into itself),
 * ERR_READ_ONLY, ERR_DENIED (the operation is not one for this kind of node), ERR_IO (the device failed, or the file system is
 * damaged there; the reporter has been called).
 *
 * Each change is whole or has not happened, wherever the instance ends. `write`, `truncate` and `set` may be repeated. The
 * others may not: a server that must do them exactly once puts them, and the record of its answer, between begin and commit.
 */
struct fs_disk_ops {
	enum microk_status (*attributes)(struct fs *fs, u64 id, struct fs_attributes *out);
	enum microk_status (*set)(struct fs *fs, u64 id, u32 which, const struct fs_attributes *in);
	/* Reads up to `size` bytes; *done 0 is the end of the file. */
	enum microk_status (*read)(struct fs *fs, u64 id, u64 offset, u64 size, struct fs_bytes *to, u64 *done);
	/* Writes; *done may be less than `size` without an error. A status other than OK: none was written. */
	enum microk_status (*write)(struct fs *fs, u64 id, u64 offset, u64 size, struct fs_bytes *from, u64 *done);
	enum microk_status (*truncate)(struct fs *fs, u64 id, u64 bytes);
	/* `as` has mode, owner and group; the mode's type is set here. */
	enum microk_status (*create)(struct fs *fs, u64 directory, struct fs_name name,
				     const struct fs_attributes *as, struct fs_node *out);
	enum microk_status (*mkdir)(struct fs *fs, u64 directory, struct fs_name name,
				    const struct fs_attributes *as, struct fs_node *out);
	enum microk_status (*symlink)(struct fs *fs, u64 directory, struct fs_name name, struct fs_name target,
				      const struct fs_attributes *as, struct fs_node *out);
	enum microk_status (*link)(struct fs *fs, u64 id, u64 directory, struct fs_name name);
	enum microk_status (*readlink)(struct fs *fs, u64 id, char *target, size_t room, size_t *length);
	/* A file that is open stays until the last close. */
	enum microk_status (*unlink)(struct fs *fs, u64 directory, struct fs_name name);
	enum microk_status (*rmdir)(struct fs *fs, u64 directory, struct fs_name name);
	enum microk_status (*rename)(struct fs *fs, u64 from, struct fs_name old, u64 to, struct fs_name name);
	/* The entry at `cookie` (0: the first); ERR_NOT_FOUND after the last. */
	enum microk_status (*list)(struct fs *fs, u64 directory, u64 cookie, struct fs_listed *out);
	/* All written and acknowledged bytes of a node, or of all, are on the medium on return. */
	enum microk_status (*sync)(struct fs *fs, u64 id);
	enum microk_status (*sync_all)(struct fs *fs);
	enum microk_status (*space)(struct fs *fs, struct fs_space *out);
	/* The calls between the two are one change, with the words that the caller writes by change_write;
	 * see servers/vfs/cache/change.h.
	 * The status of commit is the first refusal; then nothing was changed. ERR_NO_SPACE: the change is too large for one
	 * batch, or for the rest of the running batch; a first call always has room. A file that is cut in a change does not
	 * grow in it (ERR_IO). */
	void (*begin)(struct fs *fs);
	enum microk_status (*commit)(struct fs *fs);
	/* Now and then, with a time in nanoseconds: writes what has waited long enough. */
	void (*tick)(struct fs *fs, u64 now);
	/* Writes everything and marks the file system clean. No node is open. */
	enum microk_status (*unmount)(struct fs *fs);
};

struct fs {
	const char *name;
	const struct fs_ops *ops;
	u64 root; /* the node id of its root directory */
};

/* A file or directory somewhere in the tree. */
struct place {
	struct fs *fs;
	struct fs_node node;
};

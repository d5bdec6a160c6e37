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
#include "protocols/vfs.h"

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

/*
 * What a file system is to the VFS: a table of functions over node numbers.
 *
 * Weighed: Linux, whose inodes and dentries are objects shared between VFS and file system, with
 * life-time rules on both sides; and xv6, where the one file system is called by name. Here a
 * node is a number that its file system alone understands: nothing is shared, so nothing has to
 * be counted, and a file system that lives in another process can be put behind the same table.
 */
#pragma once
#include "microk/error.h"
#include "microk/types.h"
#include "protocols/vfs.h"

struct fs_node {
	u64 id;    /* meaningful to its file system only; the same id is the same file */
	u32 kind;  /* enum file_kind */
	u64 bytes; /* size of a file; 0 where the content is made at open */
};

struct fs_entry {
	struct fs_node node;
	char name[FILE_NAME_MAX + 1];
};

struct fs;

/* Each returns OK or a status for the client. `state` is what open left, owned by the file system. */
struct fs_ops {
	/* The entry `name` (`length` bytes, not terminated, never "." or "..") of a directory. */
	enum microk_status (*lookup)(struct fs *fs, u64 directory, const char *name, size_t length,
				     struct fs_node *out);
	/* Prepares for read or entry; may correct node->bytes. `client` is whom to charge. NULL: nothing to do. */
	enum microk_status (*open)(struct fs *fs, struct fs_node *node, u64 client, void **state);
	/* Undoes open. NULL: nothing to do. */
	void (*close)(struct fs *fs, const struct fs_node *node, void *state);
	/* Copies up to `size` bytes from `offset`; *length 0 is the end of the file. */
	enum microk_status (*read)(struct fs *fs, const struct fs_node *node, void *state,
				   u64 offset, void *data, size_t size, size_t *length);
	/* Entry `index` of an open directory; ERR_NOT_FOUND past the last. */
	enum microk_status (*entry)(struct fs *fs, const struct fs_node *node, void *state,
				    u32 index, struct fs_entry *out);
};

struct fs {
	const char *name;
	const struct fs_ops *ops;
	u64 root; /* node id of its root directory */
};

/* A file or directory somewhere in the tree. */
struct place {
	struct fs *fs;
	struct fs_node node;
};

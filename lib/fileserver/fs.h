/*
 * The VFS's interface to a file system: a table of functions over node numbers.
 *
 * Weighed: Linux, whose inodes and dentries are objects shared between VFS and file system, with
 * lifetime rules on both sides; and xv6, where the one file system is called by name. Here a node
 * is a number that only its file system understands. Nothing is shared, so nothing must be counted,
 * and the same table can serve a file system in another process.
 *
 * Every operation is restartable: it runs to its end without waiting, or returns FS_WAIT and has changed nothing.
 * The server then keeps the request, and runs it again from its beginning when the disk has answered. (Fluke: Ford
 * et al., "Interface and Execution Models in the Fluke Kernel", OSDI 1999; EROS: Shapiro et al., SOSP 1999.) So a
 * file system needs no locks, and a request is done whole or not at all.
 */
#pragma once
#include "microk/error.h"
#include "microk/types.h"
#include "protocols/file.h"

/* Not for clients: the operation needs a page that is not in memory; its read has been started. */
#define FS_WAIT ((enum microk_status)127)

struct fs_node {
	u64 id;    /* only its file system understands it; equal ids are the same file */
	u32 kind;  /* enum file_kind: KIND_FILE, KIND_DIRECTORY, KIND_LINK, KIND_DEVICE ... */
	u32 needs; /* rights of protocol dir, as in struct request, without which a client cannot open it */
	u64 bytes; /* size of a file; 0 if its content is generated at open */
};

/* Times are nanoseconds since 1970-01-01 00:00 UTC, leap seconds not counted. */
struct fs_attributes {
	struct fs_node node;
	u32 mode;  /* the permission bits 07777 */
	u32 links, owner, group;
	u64 allocated; /* bytes on the disk */
	i64 accessed, modified, changed;
};

struct fs_entry {
	struct fs_node node;
	u64 next; /* the cookie that continues after this entry */
	char name[FILE_NAME_MAX + 1];
};

struct fs_usage {
	u32 block_bytes, name_bytes;
	u64 blocks, free_blocks, nodes, free_nodes;
	bool read_only;
};

/* Of the page cache below the file system, as dir.counters returns them. */
struct fs_counters {
	u32 pages, dirty;
	u64 hits, misses, pages_read, pages_written;
};

struct fs_name {
	const char *bytes; /* not terminated; never empty, "." or "..", no slash or zero byte */
	size_t length;     /* 1..FILE_NAME_MAX (255) */
};

/* The attributes of a new node. */
struct fs_new {
	u32 kind, mode, owner, group;
	const char *target; /* of a symbolic link; else NULL */
	size_t target_length;
};

struct fs;

/* Each returns OK, a status for the client, or FS_WAIT. A file system that cannot be changed has NULL for what
 * changes it, and for `hold`, `release`, `ready`, `sync`, `detach`, `read_link` and `page`. */
struct fs_ops {
	enum microk_status (*lookup)(struct fs *fs, u64 directory, struct fs_name name, struct fs_node *out);
	enum microk_status (*parent)(struct fs *fs, u64 directory, struct fs_node *out); /* of the root: itself */
	enum microk_status (*attributes)(struct fs *fs, u64 node, struct fs_attributes *out);
	enum microk_status (*set)(struct fs *fs, u64 node, u32 what, const struct fs_attributes *to); /* SET_* */
	/* An open description, of client `client`, keeps the node: unlinked, it stays until the last release. A
	 * file system whose contents are made when they are opened puts a node here that stands for this moment. */
	enum microk_status (*hold)(struct fs *fs, struct fs_node *node, u64 client);
	enum microk_status (*release)(struct fs *fs, u64 node);
	/* For a successor: a description that outlived its predecessor holds the node. NULL: the holds outlive it, too. */
	enum microk_status (*hold_again)(struct fs *fs, u64 node);
	/* The events (EVENT_*) that hold now. NULL: all, always. Another function of the file system, or its work, changes them. */
	u32 (*ready)(struct fs *fs, u64 node);
	/* Up to 64 KiB for one call; *length may be less than `size`; *length 0 means the end of the file. */
	enum microk_status (*read)(struct fs *fs, u64 node, u64 offset, void *data, size_t size, size_t *length);
	enum microk_status (*write)(struct fs *fs, u64 node, u64 offset, const void *data, size_t size, size_t *length);
	enum microk_status (*truncate)(struct fs *fs, u64 node, u64 bytes);
	/* The first entry at or after `cookie` (0: the first), without "." and ".."; ERR_NOT_FOUND after the last.
	 * Stable while others change the directory. */
	enum microk_status (*entry)(struct fs *fs, u64 directory, u64 cookie, struct fs_entry *out);
	enum microk_status (*make)(struct fs *fs, u64 directory, struct fs_name name, const struct fs_new *what, struct fs_node *out);
	enum microk_status (*link)(struct fs *fs, u64 directory, struct fs_name name, u64 node);
	enum microk_status (*unlink)(struct fs *fs, u64 directory, struct fs_name name, bool is_directory);
	enum microk_status (*rename)(struct fs *fs, u64 from, struct fs_name name, u64 to, struct fs_name new_name, bool exclusive);
	enum microk_status (*read_link)(struct fs *fs, u64 node, char *to, size_t room, size_t *length);
	/* FS_WAIT until it is on the disk. An error that a write met is returned once. */
	enum microk_status (*sync)(struct fs *fs, u64 node); /* ~0: everything */
	/* Everything is on the disk, and the file system marked as cleanly ended; it can only be read from then on. FS_WAIT. */
	enum microk_status (*detach)(struct fs *fs);
	enum microk_status (*usage)(struct fs *fs, struct fs_usage *out);
	/* Grows whenever a name is made, removed or given to another node; with `directories`, at least with those of
	 * directories and symbolic links. NULL: names change without notice, as in /proc. */
	u64 (*names)(struct fs *fs, bool directories);
	void (*counters)(struct fs *fs, struct fs_counters *out); /* NULL: it has no page cache */
	/* The file's page at `offset`, for a copy: its number in the page pool. *bytes from `offset` on are the file's, 0 at
	 * its end; up to `size`, if the file's next pages are the pool's next. They can leave the pool with the next call of
	 * the file system. May be NULL. */
	enum microk_status (*page)(struct fs *fs, u64 node, u64 offset, u32 size, u32 *page, u32 *bytes);
};

struct fs {
	const char *name;
	const struct fs_ops *ops;
	u64 root; /* the node id of its root directory */
	bool fixed; /* its files never change */
};

/* A file or directory somewhere in the tree. */
struct place {
	struct fs *fs;
	struct fs_node node;
};

/* Where a walk begins, and above which directory it does not lead. */
struct path_start {
	struct place root, at;
};

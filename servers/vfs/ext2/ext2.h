/*
 * ext2, with ext3's journal: the interface to its server.
 *
 * Weighed: Linux's ext2 keeps inodes, bitmaps and directories in caches of their own; SerenityOS's reads and writes through
 * a block cache and keeps parsed superblock, groups and block lists beside it; xv6 keeps inodes beside its buffers. Here the
 * page cache's pages of metadata *are* the inodes, bitmaps, groups and directories, and nothing is kept beside them that would
 * have to agree: so a successor of an instance that ended goes on from the pages, and undoing an operation is undoing words.
 * Beside them are a node's lock and users (node.c) and the names (names.c), which are rebuilt.
 *
 * Why a journal: ordered writes alone cannot move a directory to another parent in a way that e2fsck -p repairs, and each
 * create would take four ordered requests. The format is ext3's, so that e2fsck, debugfs and Linux know it. xv6's form of it:
 * a batch holds whole operations of many callers, is written, and goes to its places at once; then the log is empty again. So
 * no revoke records are needed, provided that no block is used again in the batch that freed it (blocks.c).
 * A file system without a journal is written in place, batch by batch: after a power cut it needs a whole e2fsck, as with
 * Linux's ext2, and is mounted read-only until then.
 *
 * Left out: access times are not updated by reads, extended attributes are kept and freed but not served, quotas.
 */
#pragma once
#include "lib/fileserver/fs.h"
#include "servers/vfs/cache/cache.h"

/* Memory that outlives the instance: where the journal stands, and the blocks that this batch has freed. */
#define EXT2_FREED_MOST 1024u
struct ext2_words {
	u64 mounted;  /* EXT2_MOUNTED after a mount, EXT2_DETACHED after a detachment, 0 after an unmount */
	u64 block_bits;
	u64 position; /* of the journal: sequence << 32 | committed << 31 | block */
	u64 used;     /* blocks of the log that the committed batch takes */
	u64 freed;    /* entries in use */
	u64 freed_run[EXT2_FREED_MOST]; /* first << 32 | count */
};
#define EXT2_MOUNTED 0x4d4b4558543201ul /* the layout's version is its last byte */
#define EXT2_DETACHED (EXT2_MOUNTED | 0x80)

struct ext2_plan {
	struct cache *cache; /* its pool has at least 512 pages */
	u32 volume;
	struct disk *disk;
	struct ext2_words *words;
	u32 nodes;           /* open or locked at once */
	u32 names;           /* directory entries that are remembered */
	void *private;       /* ext2_private_bytes(nodes, names) */
	bool read_only;
	/* Nanoseconds since 1970. */
	u64 (*clock)(void);
	/* Takes a sentence about damage or a refusal, each once. */
	void (*report)(const char *text, u64 number);
};

u64 ext2_private_bytes(u32 nodes, u32 names);

/*
 * Mounts the file system, or goes on with a predecessor's mount if plan->words has one; its descriptions must then be opened
 * again by the server, and ext2_reap called. ERR_ARG: it is not ext2, or has a feature that is not known; the reporter names it.
 * ERR_IO: the device failed; ERR_DAMAGED: the superblock is damaged. The table of *fs is ext2_ops, or of a file system that
 * can only be read, the part of it that changes nothing.
 */
enum microk_status ext2_mount(const struct ext2_plan *plan, struct fs **fs);

/* Frees the files that have no name and no user: after a mount's predecessor's descriptions have been opened again. */
enum microk_status ext2_reap(struct fs *fs);

/* Now and then, outside of requests, with a time in nanoseconds: writes what has waited long enough. */
void ext2_tick(struct fs *fs, u64 now);

/* Whether anything waits to be written, so that ext2_tick must be called again. */
bool ext2_is_behind(struct fs *fs);

/* Writes everything and marks the file system clean. No node is held. */
enum microk_status ext2_unmount(struct fs *fs);

/* fs_ops.detach: writes everything, marks the file system clean, and changes nothing from then on. */
enum microk_status ext2_detach(struct fs *fs);

/*
 * ---- The changes of a request ----
 *
 * The changes that a request makes by ext2_ops are one, together with the words that the server writes by change_write
 * (servers/vfs/cache/change.h): so the record of an answer is there exactly if the effect is. The first function that changes
 * something begins it; the server ends it with the request. There is room for one operation, and for a second one of a name or of
 * a length (an open that makes a file and cuts it); a write can be shorter than asked for instead. A file that is cut in a change
 * does not grow in it (ERR_IO).
 */

/* Begins the change of this worker's request, or goes on with it. For a server that has a record to write and no effect.
 * ERR_READ_ONLY; ERR_IO: the journal has failed. */
enum microk_status ext2_begin(struct fs *fs);

/* Whether this worker's request has begun one, which must be ended. */
bool ext2_is_changing(struct fs *fs);

/* Ends it. A status other than OK: a write of the server's own, or one of an operation, was refused, and nothing was changed. */
enum microk_status ext2_commit(struct fs *fs);

/* Undoes it, after an operation that failed, or because the server cannot answer. */
void ext2_abort(struct fs *fs);

/*
 * ---- The operations ----
 *
 * Each change is whole or has not happened, wherever the instance ends. The functions below are those of struct fs_ops, with its
 * arguments (lib/fileserver/fs.h), but a change by one of them is a change of its own unless ext2_begin comes before it. They
 * sleep by servers/vfs/waits.h instead of returning FS_WAIT.
 *
 * Statuses: ERR_NOT_FOUND (no such name, or the node is gone), ERR_EXISTS, ERR_NOT_DIR, ERR_IS_DIR, ERR_NOT_EMPTY, ERR_FULL (the
 * disk is full), ERR_NO_SPACE (the cache, the change or the table of nodes is), ERR_LINKS, ERR_TOO_LARGE, ERR_NAME (a name or
 * target is too long), ERR_ARG (a directory cannot be moved into itself), ERR_READ_ONLY, ERR_NOT_LINK, ERR_DENIED (the operation
 * is not one for this kind of node, or its owner has forbidden it), ERR_IO (the device failed), ERR_DAMAGED (the reporter has been
 * called).
 */
extern const struct fs_ops ext2_ops;

enum microk_status ext2_lookup(struct fs *fs, u64 directory, struct fs_name name, struct fs_node *out);
/* ERR_NOT_FOUND: the directory has been removed. */
enum microk_status ext2_parent(struct fs *fs, u64 directory, struct fs_node *out);
enum microk_status ext2_attributes(struct fs *fs, u64 id, struct fs_attributes *out);
/* Times that the disk's format has no number for become the nearest one that it has. */
enum microk_status ext2_set(struct fs *fs, u64 id, u32 what, const struct fs_attributes *to);
enum microk_status ext2_hold(struct fs *fs, struct fs_node *node, u64 client);
/* The last one of a file without a name frees it. */
enum microk_status ext2_release(struct fs *fs, u64 id);
enum microk_status ext2_truncate(struct fs *fs, u64 id, u64 bytes);
enum microk_status ext2_entry(struct fs *fs, u64 directory, u64 cookie, struct fs_entry *out);
enum microk_status ext2_make(struct fs *fs, u64 directory, struct fs_name name, const struct fs_new *what, struct fs_node *out);
enum microk_status ext2_link(struct fs *fs, u64 directory, struct fs_name name, u64 id);
enum microk_status ext2_unlink(struct fs *fs, u64 directory, struct fs_name name, bool is_directory);
enum microk_status ext2_rename(struct fs *fs, u64 from, struct fs_name name, u64 to, struct fs_name new_name, bool exclusive);
enum microk_status ext2_read_link(struct fs *fs, u64 id, char *to, size_t room, size_t *length);
enum microk_status ext2_sync(struct fs *fs, u64 id);
enum microk_status ext2_usage(struct fs *fs, struct fs_usage *out);
/* Of the whole cache, whatever file systems are in it. */
void ext2_counters(struct fs *fs, struct fs_counters *out);
enum microk_status ext2_page(struct fs *fs, u64 id, u64 offset, u32 size, u32 *page, u32 *bytes);

/* The place where bytes of a file go to or come from. `bytes` bytes lie in one page of the cache; `at` counts from the beginning of
 * the request. A status other than OK ends the request there. */
struct ext2_bytes {
	enum microk_status (*move)(struct ext2_bytes *b, u64 at, void *page, u64 bytes);
};
/* Reads up to `size` bytes; *done 0 is the end of the file. */
enum microk_status ext2_read(struct fs *fs, u64 id, u64 offset, u64 size, struct ext2_bytes *to, u64 *done);
/* Writes; *done may be less than `size` without an error. A status other than OK: none was written. */
enum microk_status ext2_write(struct fs *fs, u64 id, u64 offset, u64 size, struct ext2_bytes *from, u64 *done);

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
#include "servers/vfs/cache/cache.h"
#include "servers/vfs/fs.h"

#define EXT2_TEXT 64

/* Memory that outlives the instance: where the journal stands, and the blocks that this batch has freed. */
#define EXT2_FREED_MOST 1024u
struct ext2_words {
	u64 mounted;  /* EXT2_MOUNTED after a mount, 0 after an unmount */
	u64 block_bits;
	u64 position; /* of the journal: sequence << 32 | committed << 31 | block */
	u64 used;     /* blocks of the log that the committed batch takes */
	u64 freed;    /* entries in use */
	u64 freed_run[EXT2_FREED_MOST]; /* first << 32 | count */
};
#define EXT2_MOUNTED 0x4d4b4558543201ul /* the layout's version is its last byte */

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
 * ERR_IO: the device failed, or the superblock is damaged.
 */
enum microk_status ext2_mount(const struct ext2_plan *plan, struct fs **fs);

/* Frees the files that have no name and no user: after a mount's predecessor's descriptions have been opened again. */
enum microk_status ext2_reap(struct fs *fs);

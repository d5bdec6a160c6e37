/* Shared by the files of this folder: a mounted file system, and the steps that its operations are made of. */
#pragma once
#include "servers/vfs/cache/change.h"
#include "servers/vfs/ext2/ext2.h"
#include "servers/vfs/ext2/format.h"

/* The most that one operation needs; a batch is committed before there is less. */
#define OP_BLOCKS 192u  /* of metadata */
#define OP_RUNS 64u     /* of blocks freed or allocated */
#define OP_NEW_BLOCKS 512u
#define REQUEST_BLOCKS (OP_BLOCKS + 48u) /* of a request: a second operation is one of a name or of a length */
#define BATCH_MOST 960u /* blocks of a batch */
#define BATCH_AGE (5ul * 1000 * 1000 * 1000)
#define PENDING_MOST 64u
#define REVOKES_MOST 4096u
#define REPORTS 16u

/* A block of metadata: pinned in the cache. */
struct block {
	u32 at;   /* the page; CACHE_NONE: there is none */
	u32 mask; /* which of the page's blocks */
	u8 *data;
};
#define NO_META ((struct block){.at = CACHE_NONE})

/* An inode, in place in its page. */
struct inode {
	u32 number;
	struct block block;
	struct ext2_inode *raw; /* read; changed by inode_write */
};

/* A node in use: its lock, its users, and notes about it. */
struct node {
	u32 number; /* 0: this entry is unused */
	u32 next;   /* in its hash chain */
	u32 opens;
	u32 refs;   /* workers inside an operation on it */
	u32 readers;
	struct gate writer;
	u64 ahead_next; /* the page that a reader in order asks for next */
	u64 ahead_end;  /* pages before this one have been asked for */
	u32 ahead;      /* pages of the next window */
	/* Where the inode was found last: the device's page, the pool's page that had it, its place there in bytes, and its block's
	 * mask; 0: nowhere yet. */
	u32 inode_page, inode_at, inode_offset, inode_mask;
	/* Of a directory: */
	bool listed;     /* every entry is among the names */
	u32 room_number; /* the block where an entry was removed last, by its place on the disk; 0: none */
	u32 room_block;  /* the block of the directory where a new entry is tried next */
	u32 removed;     /* entries since the last search from the beginning */
	u32 added_number; /* the block where an entry was added last, by its place on the disk; 0: none, or one was removed since */
	u32 added_offset; /* and the entry's place there */
};

struct name_entry {
	u32 directory, hash;
	u32 block;  /* where the entry lies: the block, */
	u16 offset; /* and the offset in it / 4 */
	u16 pad;
	u32 next;
};

struct names {
	struct name_entry *entry;
	u32 *heads;
	u32 count, head_mask, free, hand;
};

struct journal {
	bool there;
	u32 first, length; /* of the log, in blocks of the journal's file */
	u32 sequence, head;
	u32 pages[3];      /* of the pool: for the commit block and escaped blocks, and for descriptors */
	struct block super;
	u32 batch_most;
	u64 batch_began;
	bool begun;
};

struct ext2 {
	struct fs fs; /* first: the server's handle */
	struct cache *cache;
	u32 volume;
	struct ext2_words *words;
	u64 (*clock)(void);
	void (*report)(const char *text, u64 number);

	u32 block_bits, block_bytes, blocks, first_block;
	u32 groups, group_blocks, group_inodes, inodes, inode_bytes, first_inode, table_blocks;
	u32 revision;
	u32 pointers; /* in an indirect block */
	u64 bytes_most;
	bool file_types, read_only, failed, sparse;
	struct block super;

	struct journal journal;
	struct node *nodes;
	u32 *node_heads;
	u32 node_count, node_mask, node_hand;
	struct names names;
	struct {
		u32 number;   /* an inode to be shortened to its size, or freed, when the operation ends */
		u32 end_page; /* its pages in the cache lie before this one */
	} pending[PENDING_MOST];
	u32 pendings;
	u32 used_before; /* words in the undo log when the operation began */
	bool mark;       /* the superblock is to be marked: there was damage */
	bool changing;   /* the operation that is under way is a request's (request.c) */
	u64 names_changed, directories_changed; /* fs_ops.names */
	u32 freed_blocks; /* in this batch */
	u32 clock_seed;
	u64 reported[REPORTS];
	u32 reports;
};

static inline struct ext2 *ext2_of(struct fs *fs)
{
	return (struct ext2 *)fs;
}

static inline struct ext2_super *super_of(const struct ext2 *e)
{
	return (struct ext2_super *)e->super.data;
}

/* ---- blocks.c, metadata.c ---- */

/* Reads a block of metadata and pins it. ERR_DAMAGED: it lies outside of the file system; ERR_IO: it could not be read. */
enum microk_status block_get(struct ext2 *e, u32 number, struct block *b);
/* The same, of a block that this operation has allocated: its content becomes 0. */
enum microk_status block_fresh(struct ext2 *e, u32 number, struct block *b);
void block_put(struct ext2 *e, struct block *b);
/* Changes bytes of a block, as part of the operation and the batch. */
void block_write(struct ext2 *e, const struct block *b, void *to, const void *from, u64 bytes);

/* Damage: reports it once, marks the file system for e2fsck, and returns ERR_DAMAGED. */
enum microk_status damaged(struct ext2 *e, const char *text, u64 number);
void ext2_report(struct ext2 *e, const char *text, u64 number);

/* Whether a block may belong to a file: inside the file system, and not one of its own tables. */
bool block_is_data(struct ext2 *e, u32 number);

/* Allocates 1..want contiguous blocks, near `goal`. ERR_FULL. */
enum microk_status blocks_allocate(struct ext2 *e, u32 goal, u32 want, u32 *first, u32 *got);
/* The first bit that is 0 from `bit` on, or `end`. */
u32 bitmap_next_zero(const u64 *map, u32 bit, u32 end);
/* Frees them; they are not used again before the batch is on the disk. */
enum microk_status blocks_free(struct ext2 *e, u32 first, u32 count);

enum microk_status group_get(struct ext2 *e, u32 group, struct block *b, struct ext2_group **g);

/* ---- inode.c ---- */

enum microk_status inode_get(struct ext2 *e, u32 number, struct inode *i);
void inode_put(struct ext2 *e, struct inode *i);
/* Writes `raw` (as much of it as the inode has room for) over the inode. */
void inode_write(struct ext2 *e, const struct inode *i, const struct ext2_inode *raw);
/* A copy; fields that a small inode does not have are 0. */
struct ext2_inode inode_read(const struct ext2 *e, const struct inode *i);
/* The inode of a server's node. ERR_NOT_FOUND: it has been freed since. */
enum microk_status inode_of(struct ext2 *e, u64 id, struct inode *i);
/* The same, for a caller that uses the node `n` of that number. */
enum microk_status inode_of_node(struct ext2 *e, struct node *n, u64 id, struct inode *i);
/* As the server sees it. */
struct fs_node inode_node(const struct inode *i);
u64 inode_bytes(const struct ext2_inode *raw);
void inode_set_bytes(struct ext2 *e, struct ext2_inode *raw, u64 bytes);
bool inode_is(const struct ext2_inode *raw, u32 type);
u32 inode_kind(const struct ext2_inode *raw);
bool inode_has_blocks(const struct ext2 *e, const struct ext2_inode *raw);
enum { TIME_ACCESSED = 1, TIME_CHANGED = 2, TIME_MODIFIED = 4, TIME_MADE = 8 };
void inode_touch(struct ext2 *e, struct ext2_inode *raw, u32 which);

/* inodes.c */
enum microk_status inode_allocate(struct ext2 *e, u32 parent, u32 mode, const struct fs_new *as, struct inode *out);
enum microk_status inode_free(struct ext2 *e, struct inode *i);

/* ---- map.c ---- */

/* The block of a file's logical block, NO_BLOCK for a hole. *run: this many logical blocks from there are contiguous, or a hole; no
 * more than `want` are looked at. */
enum microk_status map_find(struct ext2 *e, const struct inode *i, u64 logical, u32 want, u32 *block, u32 *run);
/* The same, allocating where there is a hole: up to `want` blocks at once. *fresh: they are new. */
enum microk_status map_make(struct ext2 *e, const struct inode *i, u64 logical, u32 want, u32 *block, u32 *run, bool *fresh);
/* shrink.c: frees blocks from logical block `from` on, the last ones first, as many as one operation may. *more: not all. */
enum microk_status map_shrink(struct ext2 *e, const struct inode *i, u64 from, bool *more);

/* ---- node.c ---- */

enum microk_status node_get(struct ext2 *e, u32 number, struct node **out); /* ERR_NO_SPACE */
void node_put(struct ext2 *e, struct node *n);
/* Forgets the notes about the inode that had the number before. */
void node_forget(struct node *n);
struct node *node_find(const struct ext2 *e, u32 number);
void node_lock_shared(struct ext2 *e, struct node *n);
void node_unlock_shared(struct ext2 *e, struct node *n);
void node_lock(struct ext2 *e, struct node *n);
void node_unlock(struct ext2 *e, struct node *n);

/* ---- operation.c ---- */

/* Begins an operation; the batch has room for it afterwards. ERR_READ_ONLY; ERR_IO if the journal has failed. */
enum microk_status op_begin(struct ext2 *e);
/* The same, with room for the operations of a request inside. */
enum microk_status op_begin_request(struct ext2 *e);
/* Ends it. `status` other than OK, after a change, undoes the whole of it. */
enum microk_status op_end(struct ext2 *e, enum microk_status status);
/* An inode to be shortened to its size, or freed, after the operation's changes are final. */
void op_pending(struct ext2 *e, u32 number, u32 end_page);

/* An operation's nodes: locked for writing, with their inodes. Filled in order; op_end does not release them. */
struct held {
	struct node *node;
	struct inode inode;
};
#define NOT_HELD ((struct held){.inode = {.block = {.at = CACHE_NONE}}})
enum microk_status hold(struct ext2 *e, u64 id, struct held *h);
enum microk_status hold_number(struct ext2 *e, u32 number, struct held *h);
void release(struct ext2 *e, struct held *h);

/* ---- names.c, directory.c ---- */

/* A name of an inode of that mode leads elsewhere than before. */
void names_change(struct ext2 *e, u32 mode);
u64 ext2_names(struct fs *fs, bool directories);
u32 name_hash(struct fs_name name);
bool name_is_dot(struct fs_name name);
void names_start(struct names *n, void *memory, u32 count);
u64 names_bytes(u32 count);
/* Remembers an entry. */
void names_add(struct ext2 *e, u32 directory, u32 hash, u32 block, u32 offset);
/* The next place that may have the name: begin with *cursor 0. False: there is none. */
bool names_next(const struct ext2 *e, u32 directory, u32 hash, u32 *cursor, u32 *block, u32 *offset);
void names_remove(struct ext2 *e, u32 directory, u32 hash, u32 block, u32 offset);
/* Forgets a directory's entries. */
void names_forget(struct ext2 *e, u32 directory);

/* A directory's entry, in place. */
struct place_of_entry {
	struct block block;
	u32 number;  /* the block's */
	u32 offset;
	struct ext2_entry *entry;
};
enum microk_status directory_find(struct ext2 *e, struct node *n, const struct inode *d, struct fs_name name,
				  struct place_of_entry *p);
enum microk_status directory_add(struct ext2 *e, struct node *n, const struct inode *d, struct fs_name name,
				 u32 number, u32 mode);
/* Removes the entry at a place that directory_find returned, and puts the block. */
void directory_remove(struct ext2 *e, struct node *n, const struct inode *d, struct fs_name name, struct place_of_entry *p);
/* Writes "." and ".." into a directory's first block, which this operation makes. */
enum microk_status directory_make(struct ext2 *e, const struct inode *d, u32 parent);
enum microk_status directory_is_empty(struct ext2 *e, const struct inode *d, bool *empty);
u8 entry_type(const struct ext2 *e, u32 mode);
/* Whether the bytes at `offset` of a directory's block are an entry with its name inside the block. */
bool entry_is_sound(const struct ext2 *e, const u8 *block, u32 offset);
/* Makes an entry that directory_find returned name another inode. */
void directory_replace(struct ext2 *e, const struct inode *d, struct place_of_entry *p, u32 number, u32 mode);

/* ---- create.c, unlink.c ---- */

/* Adds to the count of links. */
void links_add(struct ext2 *e, const struct inode *i, int more);
/* Takes `links` links away. An inode without any is freed when the operation ends, or with its last close. */
enum microk_status links_drop(struct ext2 *e, const struct held *h, u32 links);

/* ---- file.c, write.c ---- */

/* A run of the file's map, so that not every block is looked up. */
struct run {
	u32 want; /* how many blocks the user of the run needs, about */
	u64 logical;
	u32 block, length;
};
/* The blocks of one page; those after the file's end are holes. */
enum microk_status file_home(struct ext2 *e, const struct inode *i, u32 page, struct run *r, u32 *home);
/* OK if it is a file. */
enum microk_status file_check(const struct inode *i);

/* A page of a file, valid and pinned, for a file that the caller has locked. */
enum microk_status file_page(struct ext2 *e, struct node *n, const struct inode *i, u32 page, u32 *at);
/* Clears the bytes after a file's end in its last page. */
enum microk_status file_clear_tail(struct ext2 *e, struct node *n, const struct inode *i, u64 size);

/* ---- orphan.c ---- */

enum microk_status orphan_add(struct ext2 *e, const struct inode *i);
/* ERR_IO if blocks after the file's end are still to be freed, whose bytes would come back; they are, after this operation. */
enum microk_status orphan_may_grow(struct ext2 *e, const struct inode *i);
enum microk_status orphan_remove(struct ext2 *e, const struct inode *i);
/* Shortens or frees one pending inode: several steps inside the operation's lock. */
enum microk_status orphan_reap(struct ext2 *e, u32 number, u32 end_page);

/* ---- super.c ---- */

/* Finds the size of the blocks of the file system on a disk. ERR_ARG: there is none, or its blocks are too large. */
enum microk_status super_find(struct ext2 *e, struct disk *disk);
/* Reads and checks the superblock, again after a replay. Its numbers agree with each other and with the device. */
enum microk_status super_read(struct ext2 *e);
/* Marks the file system on the disk, and its journal, as in use or as clean. */
enum microk_status super_mark(struct ext2 *e, bool in_use);

/* ---- ops.c ---- */

extern const struct fs_ops ext2_read_only_ops;

/* ---- journal.c, replay.c ---- */

enum microk_status journal_open(struct ext2 *e);
/* Writes the running batch, if there is one, and brings it to its places. Inside the operation's lock. */
enum microk_status journal_commit(struct ext2 *e);
/* A predecessor's committed batch is brought to its places. */
enum microk_status journal_finish(struct ext2 *e);
/* Marks the log as in use or empty. */
enum microk_status journal_mark(struct ext2 *e, bool in_use);
/* Brings a dead system's committed batches to their places. */
enum microk_status journal_replay(struct ext2 *e);
/* The block on the device of a block of the journal's file. */
enum microk_status journal_block(struct ext2 *e, u32 logical, u32 *block);
void journal_fail(struct ext2 *e);

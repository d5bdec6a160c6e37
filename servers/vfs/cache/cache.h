/*
 * The page cache: pages of 4 KiB in a pool that outlives the server's instance.
 *
 * Weighed: xv6's bio.c has one buffer for each block, found by a list, and writes when it is asked to; Linux keys pages by
 * (inode, index) and remembers the blocks of each page in buffer heads; jbd2 marks such heads as belonging to a transaction.
 * Taken from Linux: the key, the blocks of a page beside the page (so that write-back needs no look-up in the file system), and
 * masks for each block. From xv6: a change of metadata stays in the cache until its batch is committed, and a lock that is
 * held across waits.
 *
 * Two lifetimes. `struct page_words` (which page holds which part of which file, and its state) lies in the service's state
 * area, beside the pool; a successor goes on from there with dirty pages and an unfinished batch. All the rest is rebuilt.
 * The words are plain: the key is written while the page is empty, and the one store of `word` makes the page belong to the
 * key. lib/state was measured and not used for them (docs/tried-files.md: about 100 instructions a word for its checksum and
 * undo log): no state of a page's words between two stores is wrong, so there is nothing to undo.
 */
#pragma once
#include "servers/vfs/cache/undo.h"
#include "servers/vfs/disk.h"
#include "servers/vfs/waits.h"

#define CACHE_NONE (~0u)
#define CACHE_BLOCKS 4u    /* most blocks of a page: 1 KiB each */
#define CACHE_VOLUMES 4u
#define CACHE_IOS 32u      /* requests under way */
#define NO_BLOCK (~0u)     /* this part of the page has no place on the device: a hole */
#define NODE_DEVICE 0u     /* the pages of the device itself, by place: metadata */

/* ---- The words of a page, in the state area ---- */

struct page_words {
	u64 key;  /* node << 32 | number of the page in the file or device */
	u64 word; /* state, masks, volume; below */
	u32 home[CACHE_BLOCKS]; /* the device's blocks, in blocks of the volume */
};

enum page_state { PAGE_EMPTY, PAGE_FILLING, PAGE_VALID };

/* A mask has one bit for each block of the page. */
#define WORD_STATE 0x3ul
#define WORD_DIRTY_SHIFT 4    /* to be written to its home */
#define WORD_WRITING_SHIFT 8  /* being written */
#define WORD_LOGGED_SHIFT 12  /* changed in the running batch; must not go to its home before the commit */
#define WORD_MASK 0xful
#define WORD_ORDERED (1ul << 16) /* has new blocks: must be written before the batch is committed */
#define WORD_LOST (1ul << 17)    /* a write failed; reported by the next sync of this node */
#define WORD_VOLUME_SHIFT 24

/* ---- The instance's own part ---- */

struct page_info {
	u32 next;      /* in its hash chain */
	u16 pins;      /* users; a pinned page is not evicted */
	u16 ios;       /* requests under way that name it */
	u8 used;       /* the order of eviction's own (policy.c); 0 in a new page */
	u8 bad;        /* the last request that named it failed */
	u8 held;       /* its homes are in the undo log of the running operation: it keeps its place */
	u8 alone;      /* to be written in a request of its own, because a joint one failed */
	u64 dirty_at;  /* the time of the first unwritten change */
};

struct io {
	struct disk_part part[DISK_PARTS_MOST];
	u8 block[DISK_PARTS_MOST]; /* mask: which of the page's blocks this part is */
	u64 sector, next;
	u32 parts, volume;
	enum disk_op op;
	bool used, to_home; /* to_home: a write-back, not a copy into the journal */
	bool *done;         /* for a flush or a journal's write: set at completion, */
	enum microk_status *status; /* and this, unless it already has an error */
	u32 *pending;       /* counts down at completion */
};

struct volume {
	struct disk *disk;
	u32 block_bits; /* 10, 11 or 12 */
	u64 blocks;
	u32 logged; /* blocks in the running batch */
	bool used;
	bool lost; /* a page whose write failed had to be given up before it was reported */
};

struct cache_counts {
	u64 hits, misses, evictions, read_requests, write_requests, flushes, pages_read, pages_written, ahead;
};

struct cache {
	u8 *pool;
	u32 pages;
	struct page_words *words;
	struct page_info *info;
	u32 *heads;
	u32 head_mask;
	u64 *order; /* scratch of write-back, one entry a page, under `writer` */
	struct gate writer;
	struct io io[CACHE_IOS];
	struct volume volume[CACHE_VOLUMES];
	struct waits *waits;
	struct change change;
	u32 hand;    /* the order of eviction's own: where it goes on */
	u32 dirty, dirty_most;
	u64 now;     /* nanoseconds; set by cache_tick */
	struct cache_counts counts;
};

/* ---- Start ---- */

struct cache_memory {
	void *pool;    /* `pages` pages; outlives the instance */
	u32 pages;     /* at least 64 */
	void *state;   /* cache_state_bytes(pages) + extra, all 0 at first; outlives the instance */
	u64 extra;     /* bytes of the caller's own after the cache's; change_write may write them */
	void *private; /* cache_private_bytes(pages) */
};

u64 cache_state_bytes(u32 pages);
u64 cache_private_bytes(u32 pages);

/* Begins, with an empty state area or with a predecessor's. Rolls back the predecessor's unfinished operation. The disks'
 * requests of the predecessor must have ended (disk.finish until it returns false). */
void cache_start(struct cache *c, const struct cache_memory *memory, struct waits *waits);

/* The caller's own bytes in the state area. */
void *cache_extra(struct cache *c);

/* Clears blocks that an operation made and that were undone: they are dirty and have no home. Waits for requests that
 * write them. */
void cache_clear_homeless(struct cache *c, u32 volume);

/* Names the device of a volume. `block_bits` may be changed while no page of the volume is in the cache. */
void cache_volume(struct cache *c, u32 volume, struct disk *disk, u32 block_bits);

/* ---- Pages ---- */

static inline u8 *cache_data(const struct cache *c, u32 at)
{
	return c->pool + (u64)at * PAGE_SIZE;
}

static inline enum page_state cache_state(const struct cache *c, u32 at)
{
	return (enum page_state)(c->words[at].word & WORD_STATE);
}

static inline u32 cache_mask(const struct cache *c, u32 at, u32 shift)
{
	return c->words[at].word >> shift & WORD_MASK;
}

static inline u32 cache_page_blocks(const struct cache *c, u32 volume)
{
	return 1u << (PAGE_BITS - c->volume[volume].block_bits);
}

/* The page, whatever its state; CACHE_NONE if it is not in the cache. */
u32 cache_find(const struct cache *c, u32 volume, u32 node, u32 page);

/* Adds a page in state PAGE_FILLING, pinned. Its content is undefined. It may wait, so that another worker may have added
 * the page meanwhile: then that page is returned, pinned, and *mine is false. CACHE_NONE: every page is pinned. */
u32 cache_add(struct cache *c, u32 volume, u32 node, u32 page, bool *mine);

void cache_pin(struct cache *c, u32 at);
void cache_put(struct cache *c, u32 at);

/* Waits while the page is filled. OK; or ERR_IO if it could not be, and it is no longer in the cache. */
enum microk_status cache_wait_valid(struct cache *c, u32 at);

/* Its content is complete. */
void cache_set_valid(struct cache *c, u32 at);

/* A page of the device, pinned and valid. ERR_RANGE: beyond the device's end. ERR_IO. ERR_NO_SPACE: every page is pinned. */
enum microk_status cache_device(struct cache *c, u32 volume, u64 page, u32 *at);

/* For a caller that remembers which page of the pool had that of the device: whether it still has it, complete. Then it is
 * pinned. */
bool cache_device_again(struct cache *c, u32 volume, u32 page, u32 at);

/* The same of a file's page, which is used, and not pinned. */
bool cache_use_again(struct cache *c, u32 volume, u32 node, u32 page, u32 at);

/* Marks blocks of a valid page as to be written. */
void cache_set_dirty(struct cache *c, u32 at, u32 mask);

/* Marks blocks as part of the running batch, or no longer. */
void cache_set_logged(struct cache *c, u32 at, u32 mask);
void cache_clear_logged(struct cache *c, u32 at, u32 mask);

void cache_set_ordered(struct cache *c, u32 at);

/* Forgets the pages first..end-1 of a node, dirty or not; waits for requests under way. */
void cache_drop(struct cache *c, u32 volume, u32 node, u32 first, u32 end);

/* Forgets all pages of a volume, after cache_sync. */
void cache_drop_volume(struct cache *c, u32 volume);

/* Takes the page out of the cache at once: it is pinned by the caller alone and no request names it. */
void cache_remove(struct cache *c, u32 at);

/* ---- Requests (io.c) ---- */

/* A request that is being put together. Contiguous blocks of one volume and direction are joined up to 1 MiB. */
struct io_plan {
	struct cache *cache;
	u32 volume;
	enum disk_op op;
	bool to_home;
	struct io *open;
	u32 *pending;               /* may be NULL */
	enum microk_status *status; /* may be NULL */
};

/* Adds blocks first..first+count of a page, which lie at device block `block` and on. */
void io_add(struct io_plan *plan, u32 at, u32 first, u32 count, u64 block);
void io_submit(struct io_plan *plan);

/* Reads the page's blocks from home[]; holes become 0. The page is PAGE_FILLING; it is valid at once if it is all holes. */
void io_fill(struct io_plan *plan, u32 at);

/* Waits until *pending is 0. */
void io_wait(struct cache *c, const u32 *pending);

enum microk_status io_flush(struct cache *c, u32 volume);

/* Fetches completions and wakes the workers that wait for them. With `wait`, waits for one if any request is under way. */
void cache_poll(struct cache *c, u32 volume, bool wait);

/* ---- Write-back (writeback.c) ---- */

enum { SYNC_ALL_NODES = ~0u };

/* Writes the dirty pages of a node, or of all, and waits for them. ERR_IO once if a write of one of them failed since the last
 * sync. */
enum microk_status cache_sync(struct cache *c, u32 volume, u32 node);

/* Writes the pages that must be on the device before a commit. ERR_IO as above, but it is not taken as reported. */
enum microk_status cache_sync_ordered(struct cache *c, u32 volume);

/* Called now and then with the time: starts the writing of pages that have been dirty for CACHE_AGE. */
#define CACHE_AGE (5ul * 1000 * 1000 * 1000)
void cache_tick(struct cache *c, u64 now);

/* A writer's share of the work: waits while more pages are dirty than the limit. */
void cache_throttle(struct cache *c);

/* ---- For the files of this folder ---- */

/* How many blocks of the page are in the running batch. */
u32 page_logged(u64 word);
void page_word(struct cache *c, u32 at, u64 clear, u64 set);
void page_link(struct cache *c, u32 at);
void page_unlink(struct cache *c, u32 at);

/* Whether nothing depends on the page: it has no user, no request is under way to it, its place is not bound by the running
 * operation, and nothing in it is only in the cache. */
bool evict_may_go(const struct cache *c, u32 at);
u32 evict_lost(struct cache *c);

/* The order of eviction (policy.c). A page that was in the cache is used again. */
void evict_used(struct cache *c, u32 at);
/* A page that may go, and is not in use; CACHE_NONE: there is none. Unless it is empty, the caller takes it out. */
u32 evict_choose(struct cache *c);

void writeback_some(struct cache *c);

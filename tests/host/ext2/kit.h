/*
 * A machine for tests of the page cache and ext2 on the host: a disk that is a copy of an image in memory, answers in an order
 * chosen by seed, and records its writes and flushes; and the memory that outlives an instance.
 */
#pragma once
#include "servers/vfs/cache/change.h"
#include "servers/vfs/ext2/ext2.h"

#define KIT_NODES 64u
#define KIT_NAMES 16384u

struct kit_write { /* one request, in the order of starting */
	enum disk_op op;
	u64 sector, bytes;
	u8 *data;
};

extern struct disk kit_disk;
extern u8 *kit_image;
extern u64 kit_image_bytes;

/* The recorder: off at first. */
extern bool kit_records;
extern struct kit_write *kit_log;
extern u32 kit_log_count;
void kit_log_reset(void);
/* Marks a point of the log: everything acknowledged as synced so far is there. */

/* Errors: a read or write that touches one of these sectors fails. */
extern u64 kit_bad_sector, kit_bad_sectors;
extern bool kit_bad_reads, kit_bad_writes;

extern u64 kit_seed; /* order of completions; 0: first in, first out */
extern u64 kit_time; /* nanoseconds; each look adds a millisecond */
extern char kit_reports[8192];
extern u32 kit_report_count;

/* The memory of one service. */
struct kit {
	u32 pages;
	void *pool, *state, *private, *fs_private;
	struct cache cache;
	struct waits waits;
	struct fs *fs;
	bool read_only;
};

void kit_load(const char *path);
void kit_store(const char *path);
void kit_begin(struct kit *k, u32 pages);
void kit_free(struct kit *k);
/* Starts an instance: on fresh memory, or as the successor on what the last one left. */
enum microk_status kit_mount(struct kit *k);
enum microk_status kit_unmount(struct kit *k);
/* The rest of the requests that are under way is done. */
void kit_settle(struct kit *k);

/* ---- Shorthands ---- */

struct kit_buffer {
	struct ext2_bytes bytes;
	u8 *data;
};
struct kit_buffer kit_to(void *data);
struct kit_buffer kit_from(const void *data);
enum microk_status kit_read(struct kit *k, u64 id, u64 offset, u64 size, void *data, u64 *done);
/* Repeats until all is written. */
enum microk_status kit_write_all(struct kit *k, u64 id, u64 offset, u64 size, const void *data, u64 *done);
struct fs_name kit_name(const char *text);
enum microk_status kit_lookup(struct kit *k, const char *path, u64 *id, u32 *kind);
u32 kit_crc(u32 crc, const void *data, u64 bytes);

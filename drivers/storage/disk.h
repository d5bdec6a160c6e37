/*
 * A disk as its two users see it: requests.c, which has pieces of requests for it, and the programs of one kind of device each
 * (virtio_blk.c, nvme.c), which do them.
 */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

#define DISK_SECTOR 512ul
#define DISK_TAGS 64  /* pieces in flight, at most */
#define DISK_PARTS 56 /* of one piece */
#define DISK_SPARE 16384u /* bytes at the end of the grant "dma" that no device uses for its queues (start.c) */

enum disk_op { DISK_READ = 1, DISK_WRITE, DISK_FLUSH, DISK_DISCARD };

/* Memory that is contiguous for the device. */
struct disk_part {
	u64 address; /* for the device */
	u32 bytes;
};

/* One command for the device. */
struct disk_piece {
	enum disk_op op;
	u32 parts;
	u64 sector;
	u32 sectors;
	struct disk_part part[DISK_PARTS];
};

/* The most that the device takes in one command. */
struct disk_limits {
	u32 parts;      /* at most DISK_PARTS */
	u32 part_bytes; /* of one part */
	u32 sectors;
	u32 discard_sectors;
	bool whole_pages; /* only the first part begins inside a page, and only the last ends inside one */
};

struct disk_info {
	const char *kind;
	u64 sectors;
	u32 block; /* bytes: every request is a multiple of it */
	bool is_read_only, has_cache, discards;
	struct disk_limits limits;
};

/* Called for each piece that the device has done. */
typedef void disk_ended(u32 tag, enum microk_status status);

struct disk_driver {
	/* Resets the device, and begins anew: nothing is in flight, and the device has forgotten all that was. Fills *info. */
	enum microk_status (*start)(struct disk_info *info);
	/* Gives it a piece. `tag` (below DISK_TAGS) is not in flight. False: it has no room now; with nothing in flight, never. */
	bool (*submit)(u32 tag, const struct disk_piece *piece);
	/* The device may begin what was submitted. */
	void (*kick)(void);
	/* Reports each piece that has ended. False: the device does not keep to its protocol, and must be started again. */
	bool (*poll)(disk_ended *ended);
};

/*
 * The block device as the page cache sees it: a table of two functions over the cache's own pages.
 *
 * Weighed: Linux's bio carries a callback that runs in the interrupt's context, and xv6's virtio_disk_rw waits inside the
 * driver. Here a request is started and never waited for, and its completion is fetched by the caller with a tag. So the same
 * cache runs above a ring that another process serves, and above a file on the host.
 */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

#define DISK_SECTOR 512u
#define DISK_PARTS_MOST 256u /* of one request: 1 MiB of whole pages */

enum disk_op {
	DISK_READ,
	DISK_WRITE,
	DISK_FLUSH, /* done once all writes that were done before its start are on the medium */
};

/* A piece of one page of the pool, in sectors. */
struct disk_part {
	u32 page;
	u16 first;
	u16 sectors;
};

struct disk_request {
	enum disk_op op;
	u64 sector; /* where on the device the first part lies; the others follow without a gap */
	const struct disk_part *part; /* read by start only */
	u32 parts;  /* 1..DISK_PARTS_MOST; 0 for a flush */
	u64 tag;
};

struct disk_done {
	u64 tag;
	enum microk_status status; /* OK, or ERR_IO for the whole request */
};

struct disk {
	u64 sectors;
	bool read_only;
	/* Starts a request and does not wait. False: too many are under way; finish makes room. */
	bool (*start)(struct disk *disk, const struct disk_request *request);
	/* Fetches one completion. False: there is none; with `wait`, no request is under way at all. */
	bool (*finish)(struct disk *disk, bool wait, struct disk_done *done);
};

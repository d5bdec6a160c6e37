/*
 * The file system on the disk: the ring to its driver, the page cache above the ring's page pool, and ext2 above that.
 *
 * The cache's words, ext2's own and the vote of the server's transactions (lib/state/state.h) lie in the memory that
 * system.conf calls `cache`, which outlives the instance as the page pool does. So the pages that were not written yet, and the
 * files that were changed in them, are still there for a successor.
 */
#pragma once
#include "lib/fileserver/keep.h"
#include "lib/fileserver/lent.h"
#include "microk/info.h"

struct diskfs {
	struct fs *fs;
	struct keep_partner partner;
	struct pool_frames pool;
};

/* Mounts it, or goes on with a predecessor's mount. `partition`: its number, or 0 for the whole disk. ERR_NOT_FOUND:
 * system.conf declares no ring for this service, or the machine has no disk, or no such partition. Other errors have been
 * printed, with the remedy. */
enum microk_status diskfs_open(const struct microk_info *info, u32 partition, struct diskfs *out);

/* After a predecessor's descriptions have been opened again: frees the files that have neither a name nor a description. */
void diskfs_reap(void);

/* Takes the disk's answers, and writes pages that have waited long enough. Returns the tick of the TSC at which it must be
 * called again, or 0. */
u64 diskfs_work(u64 bits);

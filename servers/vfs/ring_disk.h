/* A disk behind a ring (lib/driver/ring.h): requests of the page cache become entries of the ring. */
#pragma once
#include "servers/vfs/disk.h"

/* Grants of the line `ring disk SIZE` and `uses disk` in system.conf. */
#define RING_DISK_NAME "disk"

/*
 * Opens the ring, waits for the requests that an instance before this one left in it, and attaches it to the
 * capability `disk`, or to that of a partition of it (0: none). ERR_NOT_FOUND: there is no such ring, no disk behind it, or no such
 * partition.
 */
enum microk_status ring_disk_open(u32 partition, struct disk **out);

/* Whether the whole disk has a table of partitions. */
bool ring_disk_has_partitions(void);

/* The page pool: its memory, its first Frame, and the number of pages. */
void *ring_disk_pool(u64 *pages, cap_t *first);

/* Signals of this program's Notification that are not the driver's, and came while it waited for the driver's; each is returned
 * once. */
u64 ring_disk_other_signals(void);

/*
 * The disk and its partitions, to be read as files.
 *
 * Each read of a client is one request of the driver, so a client sees the disk as it is now; pages that vfs keeps and has not
 * written yet are not seen. While the disk works, the server serves others (FS_WAIT).
 */
#pragma once
#include "lib/microk/ipc.h"

#define DISKS_MAX 17u /* the whole disk and 16 partitions */

/* Binds the ring of the grant "disk" to its capability, and reads the table of partitions. Without the grants, or without a
 * disk, there are none. `own`: the program's Notification, which the driver signals (RING_SIGNAL). */
void disks_open(cap_t own, u64 tsc_hz);

/* Number 0 is the whole disk, the others are its partitions. Bytes: 0 if there is none. */
u64 disk_bytes(u32 number);

/* Up to `size` bytes at `offset`; *length may be less, and is 0 at the end. FS_WAIT: the request has been started;
 * disks_answered takes its answer. */
enum microk_status disk_read(u32 number, u64 offset, void *to, size_t size, size_t *length);

/* Takes the driver's answers. The reads that waited must be repeated then. */
void disks_answered(void);

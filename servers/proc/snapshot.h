/*
 * Memory for contents made at open: runs of SNAPSHOT_UNIT bytes from a fixed pool, charged to the
 * client that opened the file, so that one client cannot take them all.
 */
#pragma once
#include "microk/types.h"

#define SNAPSHOT_UNIT 1024ul
#define SNAPSHOT_UNITS 256u           /* the pool */
#define SNAPSHOT_UNITS_PER_CLIENT 96u /* that one client may hold at once */

/* Copies `bytes` bytes, the content of `node`; false when the pool or the client's share is used up. */
bool snapshot_make(u64 client, u64 node, const void *data, size_t bytes, u32 *number);
u64 snapshot_node(u32 number);
const void *snapshot_data(u32 number, size_t *bytes);
void snapshot_free(u32 number);

/* Units in use, for tests and reports. */
u32 snapshot_units_used(void);

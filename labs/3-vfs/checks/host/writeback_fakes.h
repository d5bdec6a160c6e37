/* A cache whose requests are recorded, and done at once. */
#pragma once
#include "servers/vfs/cache/cache.h"

#define WRITES_MOST 4096u
extern struct write {
	u32 at, first, count, volume;
	u64 block;
} writes[WRITES_MOST];
extern u32 write_count;
extern u32 clean_written;  /* blocks that were written and not dirty */
extern u32 wrong_requests; /* that are not a write-back to the pages' places */

void begin_cache(struct cache *c);
enum microk_status sync_node(struct cache *c, u32 volume, u32 node);

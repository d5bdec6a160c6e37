/*
 * The order of eviction: which page is given up first.
 *
 * CLOCK with a small count: a hand goes round over the pages, counts each down, and takes the first that stands at 0. A page
 * begins at 0 and a later use adds 1, up to 3. So the pages of a long sequential read, each used once, go first and do not
 * push out the pages that are used again and again; that is the purpose of 2Q's two queues and of ARC's four, without lists
 * to keep in order on each hit. Linux's two lists (active, inactive) do the same with a reference bit.
 */
#include "servers/vfs/cache/cache.h"

/* EXERCISE 3.7 better-policy: begin */
#define USES_MOST 3u
#define ROUNDS (USES_MOST + 1) /* after them every count is 0 */

void evict_used(struct cache *c, u32 at)
{
	struct page_info *i = &c->info[at];

	if (i->used < USES_MOST)
		i->used++;
}

u32 evict_choose(struct cache *c)
{
	for (u64 n = 0; n < (u64)c->pages * ROUNDS; n++) {
		u32 at = c->hand;

		c->hand = at + 1 == c->pages ? 0 : at + 1;
		if (!evict_may_go(c, at))
			continue;
		if (cache_state(c, at) == PAGE_EMPTY || c->info[at].used == 0)
			return at;
		c->info[at].used--;
	}
	return CACHE_NONE;
}
/* EXERCISE 3.7 better-policy: end */

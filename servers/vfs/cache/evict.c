/*
 * Eviction: which page is given up for another one.
 *
 * CLOCK with a small count: a hand goes round over the pages, counts each down, and takes the first that stands at 0. A page
 * begins at 0 and a later use adds 1, up to 3. So the pages of a long sequential read, each used once, go first and do not
 * push out the pages that are used again and again; that is the purpose of 2Q's two queues and of ARC's four, without lists
 * to keep in order on each hit. Linux's two lists (active, inactive) do the same with a reference bit.
 */
#include "servers/vfs/cache/cache.h"

#define ROUNDS 4u /* after them every count is 0 */

/* Whether nothing depends on the page: no user, no request, nothing that only the cache has. */
static bool can_go(const struct cache *c, u32 at)
{
	const u64 needed = WORD_MASK << WORD_DIRTY_SHIFT | WORD_MASK << WORD_WRITING_SHIFT |
			   WORD_MASK << WORD_LOGGED_SHIFT | WORD_LOST;

	return !c->info[at].pins && !c->info[at].ios && !c->info[at].held &&
	       !(c->words[at].word & needed) && cache_state(c, at) != PAGE_FILLING;
}

/* A page that a failed write left behind, for when nothing else is left. Its volume keeps the report. */
u32 evict_lost(struct cache *c)
{
	for (u32 at = 0; at < c->pages; at++)
		if ((c->words[at].word & WORD_LOST) && !c->info[at].pins && !c->info[at].ios) {
			c->volume[c->words[at].word >> WORD_VOLUME_SHIFT & 0xff].lost = true;
			page_word(c, at, WORD_LOST, 0);
			if (can_go(c, at))
				return at;
		}
	return CACHE_NONE;
}

u32 evict_choose(struct cache *c)
{
	for (u64 n = 0; n < (u64)c->pages * ROUNDS; n++) {
		u32 at = c->hand;

		c->hand = at + 1 == c->pages ? 0 : at + 1;
		if (!can_go(c, at))
			continue;
		if (cache_state(c, at) == PAGE_EMPTY || c->info[at].used == 0)
			return at;
		c->info[at].used--;
	}
	return CACHE_NONE;
}

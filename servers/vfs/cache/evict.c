/*
 * Eviction: which pages may be given up for another one. The order is policy.c's.
 */
#include "servers/vfs/cache/cache.h"

/* EXERCISE 3.6 eviction-and-write-back: begin */
bool evict_may_go(const struct cache *c, u32 at)
{
	const u64 needed = WORD_MASK << WORD_DIRTY_SHIFT | WORD_MASK << WORD_WRITING_SHIFT |
			   WORD_MASK << WORD_LOGGED_SHIFT | WORD_LOST;

	return !c->info[at].pins && !c->info[at].ios && !c->info[at].held &&
	       !(c->words[at].word & needed) && cache_state(c, at) != PAGE_FILLING;
}
/* EXERCISE 3.6 eviction-and-write-back: end */

/* A page that a failed write left behind, for when nothing else is left. Its volume keeps the report. */
u32 evict_lost(struct cache *c)
{
	for (u32 at = 0; at < c->pages; at++)
		if ((c->words[at].word & WORD_LOST) && !c->info[at].pins && !c->info[at].ios) {
			c->volume[c->words[at].word >> WORD_VOLUME_SHIFT & 0xff].lost = true;
			page_word(c, at, WORD_LOST, 0);
			if (evict_may_go(c, at))
				return at;
		}
	return CACHE_NONE;
}

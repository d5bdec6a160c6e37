#include "lib/microk/exercise.h"

/* Every page that nothing uses just now, whether the disk has its bytes or not. */
bool evict_may_go(const struct cache *c, u32 at)
{
	exercise_missing("3.6", "cache eviction and write-back",
			 "labs/3-vfs/handout.md#36-cache-eviction-and-write-back");
	return !c->info[at].pins && !c->info[at].ios && cache_state(c, at) != PAGE_FILLING;
}

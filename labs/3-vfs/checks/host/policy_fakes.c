/* Around the order of eviction: which pages may go is the judge's. */
#include "policy_fakes.h"
#include "unit.h"

SHARED bool blocked[PAGES];
SHARED u32 questions;

bool evict_may_go(const struct cache *c, u32 at)
{
	(void)c;
	questions++;
	return !blocked[at % PAGES];
}

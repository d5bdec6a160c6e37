/* Which pages may not go: blocked[at]. */
#pragma once
#include "servers/vfs/cache/cache.h"

#define PAGES 256u
extern bool blocked[PAGES];
extern u32 questions; /* how often evict_may_go was called */

#include "lib/microk/string.h"
#include "tests/guest/tried/processes/server.h"

struct world *world;
struct chunks pool;

void world_open(void)
{
	world = (struct world *)grant_entry(GRANT_WORLD)->address;
	pool = (struct chunks){
		.cnode = SLOT_CNODE,
		.first = KEPT_POOL,
		.least = PAGE_SIZE,
		.levels = POOL_LEVELS,
		.state = world->pool};
	if (!world->begun)
		chunks_begin(&pool);
	world->begun = 1;
}

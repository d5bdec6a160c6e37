/* The life of capabilities and memory: made, derived, deleted, taken back. */
#include "tests/bench/bench.h"

#define DESCENDANTS 1000

static cap_t first; /* a row of free slots */

static void derive_many(cap_t from)
{
	for (u32 i = 0; i < DESCENDANTS; i++)
		METHOD(ROOT_CNODE, CNODE_COPY, first + i, ROOT_CNODE, from, RIGHT_ALL);
}

void bench_objects(void)
{
	first = kit_slots(DESCENDANTS);
	cap_t memory = kit_make(CAP_UNTYPED, PAGE_SIZE), object = kit_make(CAP_ENDPOINT, 0);
	cap_t slot = kit_slot();
	u64 bad = 0;

	MEASURE_AND(retype,
		    bad |= METHOD(memory, UNTYPED_RETYPE, CAP_ENDPOINT, 0, ROOT_CNODE, slot, 1),
		    METHOD(ROOT_CNODE, CNODE_DELETE, slot));
	MEASURE_AND(mint,
		    bad |= METHOD(ROOT_CNODE, CNODE_MINT, slot, ROOT_CNODE, object, RIGHT_WRITE, 7,
				  MINT_BADGE),
		    METHOD(ROOT_CNODE, CNODE_DELETE, slot));

	sample_start("delete", ROW_delete);
	while (sample_wanted()) {
		METHOD(ROOT_CNODE, CNODE_COPY, slot, ROOT_CNODE, object, RIGHT_WRITE);
		WINDOW_OPEN(delete);
		bad |= METHOD(ROOT_CNODE, CNODE_DELETE, slot);
		WINDOW_CLOSE(delete);
		sample_take();
	}
	sample_report();
	CHECK(!bad);

	derive_many(object);
	WINDOW_OPEN(revoke_1000);
	bad = METHOD(ROOT_CNODE, CNODE_REVOKE, object);
	WINDOW_CLOSE(revoke_1000);
	sample_once("revoke_1000", ROW_revoke_1000);
	CHECK(!bad && kit_describe(first).word[0] == CAP_NULL);
}

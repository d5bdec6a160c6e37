#include "tests/guest/kit/large.h"
#include "tests/guest/kit/short.h"

#define CNODES 4
#define SLOTS 4096
#define STEP 64

cap_t large_make(void)
{
	cap_t memory = kit_make(CAP_UNTYPED, 4ul << 20), large = kit_slot();

	EXPECT(OK, retype(memory, CAP_CNODE, SLOTS, large, 1));
	for (u32 c = 0; c < CNODES; c++) {
		cap_t in = kit_slot();
		EXPECT(OK, retype(memory, CAP_CNODE, SLOTS, in, 1));
		for (u32 i = 1; i < SLOTS - STEP; i += STEP)
			EXPECT(OK, retype_to(memory, CAP_REPLY, in, i, STEP));
		EXPECT(OK, slot_move_to(large, c + 1, in));
	}
	return large;
}

u32 count_filled(cap_t first, u32 count)
{
	u32 n = 0;

	for (u32 i = 0; i < count; i++)
		n += type_of(first + i) != CAP_NULL;
	return n;
}

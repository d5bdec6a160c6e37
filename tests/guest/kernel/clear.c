/* FRAME_CLEAR: the bytes that are named become 0, and no other. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

#define PAGES 5
#define BYTES (PAGES * PAGE_SIZE)
#define PLACE 0x500000000000ul

void test_clear_arguments(void)
{
	cap_t frame = kit_make(CAP_FRAME, 2), device = kit_slot(), code = kit_make(CAP_FRAME, 1);
	cap_t no_write = copy_of(frame, RIGHT_READ | RIGHT_EXEC),
	      only_write = copy_of(frame, RIGHT_WRITE);

	EXPECT(ERR_RIGHTS, frame_clear_bytes(no_write, 0, 1));
	EXPECT(OK, frame_clear_bytes(only_write, 0, 1));
	EXPECT(OK, frame_clear_bytes(frame, 2 * PAGE_SIZE, 0));
	EXPECT(ERR_RANGE, frame_clear_bytes(frame, 2 * PAGE_SIZE + 1, 0));
	EXPECT(ERR_RANGE, frame_clear_bytes(frame, 1, 2 * PAGE_SIZE));
	EXPECT(ERR_RANGE, frame_clear_bytes(frame, 1, ~0ul));
	EXPECT(ERR_RANGE, frame_clear_bytes(frame, ~0ul, 1));
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, device, 1));
	EXPECT(ERR_ARG, frame_clear_bytes(device, 0, 1));
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
	/* A Frame that is executed here is not written. */
	EXPECT(OK, space_map(ROOT_SPACE, code, PLACE, RIGHT_READ | RIGHT_EXEC, 0));
	EXPECT(ERR_RIGHTS, frame_clear_bytes(code, 0, 1));
	EXPECT(OK, frame_unmap(code));
	EXPECT(OK, frame_clear_bytes(code, 0, 1));
}

void test_cleared(void)
{
	static const u64 at[] = {0, 1, 7, 8, 1023, PAGE_SIZE - 3, 2 * PAGE_SIZE + 5};
	static const u64 lengths[] = {0, 1, 7, 8, 1023, 1024, 1025, PAGE_SIZE, 2 * PAGE_SIZE + 9};
	static u8 wanted[BYTES];
	cap_t frame = kit_make(CAP_FRAME, PAGES), seen = copy_of(frame, RIGHT_ALL);
	void *memory = NULL;

	EXPECT(OK, window_map(seen, PAGES, RIGHT_READ | RIGHT_WRITE, 0, &memory));
	for (u32 i = 0; i < ARRAY_LEN(at); i++)
		for (u32 n = 0; n < ARRAY_LEN(lengths); n++) {
			memset(memory, 0xa5, BYTES);
			memset(wanted, 0xa5, BYTES);
			memset(wanted + at[i], 0, lengths[n]);
			EXPECT(OK, frame_clear_bytes(frame, at[i], lengths[n]));
			CHECK(memcmp(wanted, memory, BYTES) == 0);
		}
	memset(memory, 0xa5, BYTES);
	memset(wanted, 0, BYTES);
	EXPECT(OK, frame_clear_bytes(frame, 0, BYTES));
	CHECK(memcmp(wanted, memory, BYTES) == 0);
}

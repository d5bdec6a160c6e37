/* FRAME_COPY: bytes from one Frame to another. The bytes are compared through mappings, which the copies do not need. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

#define PAGES 5
#define BYTES (PAGES * PAGE_SIZE)
#define LARGE_PAGES 512ul

/* A Frame that is mapped here by another capability to it: `frame` itself is not. */
static u8 *make_seen(u64 pages, cap_t *frame)
{
	void *address = NULL;
	cap_t seen;

	*frame = kit_make(CAP_FRAME, pages);
	seen = copy_of(*frame, RIGHT_ALL);
	EXPECT(OK, window_map(seen, pages, RIGHT_READ | RIGHT_WRITE, 0, &address));
	return address;
}

static void fill(u8 *memory, u64 bytes, u32 with)
{
	for (u64 i = 0; i < bytes; i++)
		memory[i] = (u8)((i * 7 + i / 251 + with) ^ i >> 11);
}

void test_copy_arguments(void)
{
	cap_t to = kit_make(CAP_FRAME, 2), from = kit_make(CAP_FRAME, 1), free = kit_slot();
	cap_t ep = kit_make(CAP_ENDPOINT, 0), device = kit_slot();
	cap_t no_write = copy_of(to, RIGHT_READ | RIGHT_EXEC),
	      only_write = copy_of(to, RIGHT_WRITE);
	cap_t only_read = copy_of(from, RIGHT_READ),
	      no_read = copy_of(from, RIGHT_WRITE | RIGHT_EXEC);

	EXPECT(ERR_CAP, frame_copy_to(to, 0, free, 0, 1));
	EXPECT(ERR_CAP, frame_copy_to(to, 0, ~0ul, 0, 1));
	EXPECT(ERR_CAP, frame_copy_to(free, 0, from, 0, 1));
	EXPECT(ERR_TYPE, frame_copy_to(to, 0, ep, 0, 1));
	EXPECT(ERR_RIGHTS, frame_copy_to(no_write, 0, from, 0, 1));
	EXPECT(ERR_RIGHTS, frame_copy_to(to, 0, no_read, 0, 1));
	EXPECT(OK, frame_copy_to(only_write, 0, only_read, 0, 1));
	EXPECT(ERR_RANGE, frame_copy_to(to, 0, from, 0, PAGE_SIZE + 1));
	EXPECT(ERR_RANGE, frame_copy_to(to, 0, from, 1, PAGE_SIZE));
	EXPECT(ERR_RANGE, frame_copy_to(to, PAGE_SIZE + 1, from, 0, PAGE_SIZE));
	EXPECT(ERR_RANGE, frame_copy_to(to, 2 * PAGE_SIZE + 1, from, 0, 0));
	EXPECT(ERR_RANGE, frame_copy_to(to, 0, from, PAGE_SIZE + 1, 0));
	EXPECT(ERR_RANGE, frame_copy_to(to, ~0ul, from, 0, 1));
	EXPECT(ERR_RANGE, frame_copy_to(to, 0, from, ~0ul, 1));
	EXPECT(ERR_RANGE, frame_copy_to(to, 1, from, 1, ~0ul));
	EXPECT(ERR_RANGE, frame_copy_to(to, 0, from, 0, ~0ul));
	EXPECT(OK, frame_copy_to(to, PAGE_SIZE, from, 0, PAGE_SIZE));
	EXPECT(OK, frame_copy_to(to, 2 * PAGE_SIZE, from, PAGE_SIZE, 0));
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, device, 1));
	EXPECT(ERR_ARG, frame_copy_to(device, 0, from, 0, 1));
	EXPECT(ERR_ARG, frame_copy_to(to, 0, device, 0, 1));
	EXPECT(ERR_ARG, frame_copy_to(device, 0, device, 0, 0));
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
}

/* Nothing but the bytes that were named, whatever the alignment and the page. */
void test_copy_anywhere(void)
{
	static const u64 at[] = {0, 1, 7, 8, PAGE_SIZE - 3, PAGE_SIZE, 2 * PAGE_SIZE + 5};
	static const u64 lengths[] = {
		0, 1, 8, 255, 256, 1023, 1024, 1025, PAGE_SIZE, 2 * PAGE_SIZE + 9};
	static u8 wanted[BYTES];
	cap_t to, from;
	u8 *target = make_seen(PAGES, &to), *source = make_seen(PAGES, &from);

	fill(source, BYTES, 1);
	fill(target, BYTES, 2);
	memcpy(wanted, target, BYTES);
	for (u32 i = 0; i < ARRAY_LEN(at); i++)
		for (u32 k = 0; k < ARRAY_LEN(at); k++)
			for (u32 n = 0; n < ARRAY_LEN(lengths); n++) {
				source[at[k]] += 3;
				EXPECT(OK, frame_copy_to(to, at[i], from, at[k], lengths[n]));
				memcpy(wanted + at[i], source + at[k], lengths[n]);
				CHECK(memcmp(wanted, target, BYTES) == 0);
			}
	EXPECT(OK, frame_copy_to(to, 0, from, 0, BYTES));
	CHECK(memcmp(source, target, BYTES) == 0);
}

/* Within one Frame, and between two capabilities to the same memory: the source is read before it is written. */
void test_copy_overlaps(void)
{
	static const u64 distances[] = {
		0, 1, 3, 8, 100, 255, 256, 257, 1000, 1024, 1500, PAGE_SIZE};
	static u8 wanted[BYTES];
	u64 bytes = BYTES - PAGE_SIZE;
	cap_t frame;
	u8 *memory = make_seen(PAGES, &frame);
	cap_t same = copy_of(frame, RIGHT_READ);

	for (u32 i = 0; i < ARRAY_LEN(distances); i++) {
		u64 d = distances[i];
		fill(memory, BYTES, i);
		memcpy(wanted, memory, BYTES);
		EXPECT(OK, frame_copy_to(frame, d, same, 0, bytes));
		memmove(wanted + d, wanted, bytes);
		CHECK(memcmp(wanted, memory, BYTES) == 0);
		EXPECT(OK, frame_copy_to(frame, 0, frame, d, bytes));
		memmove(wanted, wanted + d, bytes);
		CHECK(memcmp(wanted, memory, BYTES) == 0);
	}
}

/* As long as a Frame can be, while both are mapped by a large page each and while neither is mapped. */
void test_copy_a_large_frame(void)
{
	u64 bytes = LARGE_PAGES * PAGE_SIZE;
	cap_t to, from;
	u8 *target = make_seen(LARGE_PAGES, &to), *source = make_seen(LARGE_PAGES, &from);

	fill(source, bytes, 4);
	EXPECT(OK, frame_copy_to(to, 0, from, 0, bytes));
	CHECK(memcmp(source, target, bytes) == 0);
	source[bytes - 1]++;
	EXPECT(OK, frame_copy_to(to, bytes - 1, from, bytes - 1, 1));
	CHECK(memcmp(source, target, bytes) == 0);
	EXPECT(ERR_RANGE, frame_copy_to(to, bytes - 1, from, bytes - 1, 2));
}

/* FRAME_COPY and CNODE_COPY_BYTES: bytes from one Frame to another. The bytes are compared through mappings, which the
 * copies do not need. */
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

/* The usual call with one word changed is refused, and nothing is copied. */
#define REFUSED(wanted, ...)                                                                       \
	do {                                                                                       \
		struct cnode_copy_bytes args = usual;                                              \
		__VA_ARGS__;                                                                       \
		EXPECT((wanted), cnode_copy_bytes(table, &args));                                  \
		EXPECT_U64(0, target[0]);                                                          \
	} while (0)

/* Both Frames are in CNodes that are not the caller's CSpace. */
void test_copy_by_slots(void)
{
	cap_t table = kit_make(CAP_CNODE, CNODE_MIN_SLOTS),
	      sources = kit_make(CAP_CNODE, CNODE_MIN_SLOTS), ep = kit_make(CAP_ENDPOINT, 0);
	cap_t to, from, device = kit_slot();
	u8 *target = make_seen(1, &to), *source = make_seen(1, &from);
	struct cnode_copy_bytes usual = {
		.index = 1, .source_cnode = sources, .source_index = 2, .bytes = PAGE_SIZE};

	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, device, 1));
	fill(source, PAGE_SIZE, 5);
	EXPECT(OK, slot_copy_to(table, 1, to, RIGHT_WRITE));
	EXPECT(OK, slot_copy_to(table, 3, to, RIGHT_READ));
	EXPECT(OK, slot_copy_to(table, 4, ep, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(table, 5, device, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(sources, 2, from, RIGHT_READ));
	EXPECT(OK, slot_copy_to(sources, 3, from, RIGHT_WRITE));
	EXPECT(OK, slot_copy_to(sources, 4, ep, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(sources, 5, device, RIGHT_ALL));
	REFUSED(ERR_RANGE, args.index = 0);
	REFUSED(ERR_RANGE, args.index = CNODE_MIN_SLOTS);
	REFUSED(ERR_RANGE, args.index = ~0ul);
	REFUSED(ERR_CAP, args.index = 6);
	REFUSED(ERR_RIGHTS, args.index = 3);
	REFUSED(ERR_TYPE, args.index = 4);
	REFUSED(ERR_ARG, args.index = 5);
	REFUSED(ERR_CAP, args.source_cnode = kit_slot());
	REFUSED(ERR_TYPE, args.source_cnode = ep);
	REFUSED(ERR_RIGHTS, args.source_cnode = copy_of(sources, RIGHT_READ));
	REFUSED(ERR_RANGE, args.source_index = 0);
	REFUSED(ERR_RANGE, args.source_index = CNODE_MIN_SLOTS);
	REFUSED(ERR_CAP, args.source_index = 6);
	REFUSED(ERR_RIGHTS, args.source_index = 3);
	REFUSED(ERR_TYPE, args.source_index = 4);
	REFUSED(ERR_ARG, args.source_index = 5);
	REFUSED(ERR_RANGE, args.offset = 1);
	REFUSED(ERR_RANGE, args.source_offset = 1);
	REFUSED(ERR_RANGE, args.bytes = ~0ul);
	EXPECT(ERR_RIGHTS, cnode_copy_bytes(copy_of(table, RIGHT_READ), &usual));
	EXPECT(OK, cnode_copy_bytes(table, &usual));
	CHECK(memcmp(target, source, PAGE_SIZE) == 0);
	usual.offset = 7;
	usual.source_offset = 100;
	usual.bytes = 9;
	EXPECT(OK, cnode_copy_bytes(table, &usual));
	CHECK(memcmp(target + 7, source + 100, 9) == 0 && target[6] == source[6] &&
	      target[16] == source[16]);
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
}

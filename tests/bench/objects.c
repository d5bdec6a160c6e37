/* The life of capabilities and memory: made, derived, deleted, taken back; bytes that are copied, and pages that a
 * device reaches. */
#include "tests/bench/bench.h"

#define DESCENDANTS 1000
#define REQUESTER 0xf8 /* 00:1f.0, which no other test uses */
#define PAGE_AT 0x600000000000ul
#define DEVICE_AT 0x10000 /* a device address */

static cap_t first; /* a row of free slots */

static void derive_many(cap_t from)
{
	for (u32 i = 0; i < DESCENDANTS; i++)
		slot_copy(first + i, from, RIGHT_ALL);
}

void bench_objects(void)
{
	first = kit_slots(DESCENDANTS);
	cap_t memory = kit_make(CAP_UNTYPED, PAGE_SIZE), object = kit_make(CAP_ENDPOINT, 0);
	cap_t slot = kit_slot();
	u64 bad = 0;

	MEASURE_AND(retype, bad |= retype(memory, CAP_ENDPOINT, 0, slot, 1), slot_delete(slot));
	MEASURE_AND(mint, bad |= slot_mint(slot, object, RIGHT_WRITE, 7, MINT_BADGE),
		    slot_delete(slot));

	sample_start("delete", ROW_delete);
	while (sample_wanted()) {
		slot_copy(slot, object, RIGHT_WRITE);
		WINDOW_OPEN(delete);
		bad |= slot_delete(slot);
		WINDOW_CLOSE(delete);
		sample_take();
	}
	sample_report();
	CHECK(!bad);

	derive_many(object);
	WINDOW_OPEN(revoke_1000);
	bad = slot_revoke(object);
	WINDOW_CLOSE(revoke_1000);
	sample_once("revoke_1000", ROW_revoke_1000);
	CHECK(!bad && type_of(first) == CAP_NULL);
}

/* Memory that has other children, too, as a pager's has. */
struct memory {
	cap_t untyped, other;
};

static u64 memory_begin_anew(const struct memory *m)
{
	return slot_revoke(m->untyped) | retype(m->untyped, CAP_FRAME, 1, m->other, 1);
}

static struct memory memory_make(void)
{
	struct memory m = {kit_make(CAP_UNTYPED, 2 * PAGE_SIZE), kit_slot()};

	EXPECT(OK, memory_begin_anew(&m));
	return m;
}

static u64 page_put(cap_t memory, cap_t slot)
{
	return untyped_map_frame(
		memory,
		&(struct untyped_map_frame){
			.pages = 1,
			.cnode = ROOT_CNODE,
			.index = slot,
			.address_space = ROOT_SPACE,
			.address = PAGE_AT,
			.rights = RIGHT_READ | RIGHT_WRITE});
}

static u64 page_replace(cap_t memory, cap_t slot)
{
	return untyped_replace_frame(
		memory,
		&(struct untyped_replace_frame){
			.cnode = ROOT_CNODE,
			.index = slot,
			.address_space = ROOT_SPACE,
			.rights = RIGHT_READ | RIGHT_WRITE});
}

static u64 swap(struct memory *a, struct memory *b)
{
	struct memory old = *a;

	*a = *b;
	*b = old;
	return memory_begin_anew(b);
}

/* The pages of a pager: one of zeroes, and one in the place of another. */
void bench_pages(void)
{
	struct memory memory = memory_make(), next = memory_make();
	cap_t slot = kit_slot();
	u64 bad = 0;

	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, PAGE_AT, level));
	MEASURE_AND(make_mapped, bad |= page_put(memory.untyped, slot),
		    bad |= memory_begin_anew(&memory));
	bad |= page_put(memory.untyped, slot);
	MEASURE_AND(replace, bad |= page_replace(next.untyped, slot), bad |= swap(&memory, &next));
	CHECK(!bad);
}

void bench_copies(void)
{
	cap_t to = kit_make(CAP_FRAME, 1), from = kit_make(CAP_FRAME, 1);
	u64 bad = 0;

	MEASURE(copy_64, bad |= frame_copy_to(to, 0, from, 0, 64));
	MEASURE(copy_page, bad |= frame_copy_to(to, 0, from, 0, PAGE_SIZE));
	CHECK(!bad);
}

void bench_devices(void)
{
	cap_t iospace = kit_slot(), frame = kit_make(CAP_FRAME, 1);
	u64 bad = 0, at = 0;

	EXPECT(OK, iospace_narrow_to(ROOT_IOSPACE, REQUESTER, 1, iospace));
	CHECK(give_tables(iospace, sub_untyped(8 * PAGE_SIZE), DEVICE_AT) >=
	      3); /* a unit translates */
	MEASURE_AND(io_map,
		    bad |= iospace_map_at(iospace, frame, DEVICE_AT, RIGHT_READ | RIGHT_WRITE, &at),
		    bad |= frame_unmap(frame));

	sample_start("io_unmap", ROW_io_unmap);
	while (sample_wanted()) {
		bad |= iospace_map_at(iospace, frame, DEVICE_AT, RIGHT_READ | RIGHT_WRITE, &at);
		WINDOW_OPEN(io_unmap);
		bad |= frame_unmap(frame);
		WINDOW_CLOSE(io_unmap);
		sample_take();
	}
	sample_report();
	CHECK(!bad && at == DEVICE_AT);
}

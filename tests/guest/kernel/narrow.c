/* FRAME_NARROW: a Frame of some pages of a run. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kernel/touch.h"
#include "lib/microk/memory.h"

#define PLACE 0x500000000000ul
#define OTHER (PLACE + 600 * PAGE_SIZE)
#define PAGES 20ul
#define R RIGHT_READ
#define RW (RIGHT_READ | RIGHT_WRITE)
#define RX (RIGHT_READ | RIGHT_EXEC)

static cap_t part_of(cap_t frame, u64 first, u64 count, u64 rights)
{
	cap_t part = kit_slot();

	EXPECT(OK, frame_narrow_to(frame, first, count, part, rights));
	return part;
}

static u64 pages_of(cap_t frame)
{
	struct frame_info_result info = {0};

	EXPECT(OK, frame_info(frame, &info));
	return info.pages;
}

void test_narrow_arguments(void)
{
	cap_t run = kit_make(CAP_FRAME, PAGES), free = kit_slot(), ep = kit_make(CAP_ENDPOINT, 0);
	cap_t table = kit_make(CAP_CNODE, CNODE_MIN_SLOTS), weak = copy_of(table, R);
	struct frame_narrow args = {.first = 0, .count = 1, .cnode = ep, .index = 1, .rights = R};

	EXPECT(ERR_TYPE, frame_narrow(run, &args));
	args.cnode = weak;
	EXPECT(ERR_RIGHTS, frame_narrow(run, &args));
	args.cnode = kit_slot();
	EXPECT(ERR_CAP, frame_narrow(run, &args));
	args.cnode = table, args.index = 0;
	EXPECT(ERR_RANGE, frame_narrow(run, &args));
	args.index = CNODE_MIN_SLOTS;
	EXPECT(ERR_RANGE, frame_narrow(run, &args));
	args.index = 1;
	EXPECT(OK, frame_narrow(run, &args));
	EXPECT(ERR_OCCUPIED, frame_narrow(run, &args));
	EXPECT(ERR_RANGE, frame_narrow_to(run, 0, 0, free, R));
	EXPECT(ERR_RANGE, frame_narrow_to(run, 0, PAGES + 1, free, R));
	EXPECT(ERR_RANGE, frame_narrow_to(run, PAGES, 1, free, R));
	EXPECT(ERR_RANGE, frame_narrow_to(run, 1, PAGES, free, R));
	EXPECT(ERR_RANGE, frame_narrow_to(run, ~0ul, 2, free, R));
	EXPECT(ERR_RANGE, frame_narrow_to(run, 1, ~0ul, free, R));
	EXPECT(ERR_RIGHTS, frame_narrow_to(copy_of(run, RIGHT_WRITE), 0, 1, free, R));
	EXPECT_U64(CAP_NULL, type_of(free));
	/* The rights only shrink. */
	EXPECT_U64(RW, rights_of(part_of(run, 0, 1, RW)));
	EXPECT_U64(R, rights_of(part_of(copy_of(run, R), 0, 1, RIGHT_ALL_KERNEL)));
}

/* Each page is the one that its number names, by every way to it. */
void test_narrowed(void)
{
	cap_t run = kit_make(CAP_FRAME, PAGES), part, inner, other = kit_make(CAP_FRAME, 1);

	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
	table_at(ROOT_SPACE, OTHER, 1);
	EXPECT(OK, frame_map_at(run, ROOT_SPACE, PLACE, RW));
	for (u64 page = 0; page < PAGES; page++)
		*(volatile u64 *)(PLACE + page * PAGE_SIZE) = 100 + page;
	part = part_of(run, 5, 9, RW);
	inner = part_of(part, 3, 2, RIGHT_ALL);
	EXPECT_U64(9, pages_of(part));
	EXPECT_U64(2, pages_of(inner));
	EXPECT_U64(phys_of(run) + 5 * PAGE_SIZE, phys_of(part));
	EXPECT_U64(phys_of(run) + 8 * PAGE_SIZE, phys_of(inner));
	EXPECT_U64(self_of(run), parent_of(part));
	EXPECT_U64(self_of(part), parent_of(inner));
	EXPECT_U64(object_of(run), object_of(part_of(run, 0, 3, R)));
	EXPECT_U64(object_of(part_of(run, 8, 1, R)), object_of(inner));
	CHECK(object_of(part) != object_of(run) && object_of(part) != object_of(inner));
	EXPECT(OK, frame_map_at(part, ROOT_SPACE, OTHER, RW));
	EXPECT_U64(105, *(volatile u64 *)OTHER);
	EXPECT_U64(113, *(volatile u64 *)(OTHER + 8 * PAGE_SIZE));
	CHECK(touch(touch_read, OTHER + 9 * PAGE_SIZE));
	EXPECT(OK, frame_map_at(inner, ROOT_SPACE, OTHER + 100 * PAGE_SIZE, R));
	EXPECT_U64(109, *(volatile u64 *)(OTHER + 101 * PAGE_SIZE));
	/* Copied and cleared within itself, and not beyond. */
	EXPECT(OK, frame_copy_to(inner, 0, run, 0, 8));
	EXPECT_U64(100, *(volatile u64 *)(PLACE + 8 * PAGE_SIZE));
	EXPECT(OK, frame_copy_to(other, 0, inner, PAGE_SIZE, PAGE_SIZE));
	EXPECT(ERR_RANGE, frame_copy_to(other, 0, inner, 2 * PAGE_SIZE - 1, 2));
	EXPECT(OK, frame_clear_bytes(inner, 0, 2 * PAGE_SIZE));
	EXPECT(ERR_RANGE, frame_clear_bytes(inner, 0, 2 * PAGE_SIZE + 1));
	EXPECT_U64(107, *(volatile u64 *)(PLACE + 7 * PAGE_SIZE));
	EXPECT_U64(0, *(volatile u64 *)(PLACE + 8 * PAGE_SIZE));
	EXPECT_U64(0, *(volatile u64 *)(PLACE + 9 * PAGE_SIZE));
	EXPECT_U64(110, *(volatile u64 *)(PLACE + 10 * PAGE_SIZE));
	/* The run is unmapped; the parts' mappings stay. */
	EXPECT(OK, frame_unmap(run));
	CHECK(touch(touch_read, PLACE + 5 * PAGE_SIZE));
	CHECK(!touch(touch_write, OTHER) && !touch(touch_read, OTHER + 100 * PAGE_SIZE));
}

/* Revoked, the parts are gone, and their mappings; without the run's capability they keep its memory. */
void test_narrowed_ends_with_its_run(void)
{
	cap_t memory = sub_untyped(64 * PAGE_SIZE), run = make_of(memory, CAP_FRAME, PAGES), part;

	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
	part = part_of(run, 7, 1, RW);
	EXPECT(OK, frame_map_at(part, ROOT_SPACE, PLACE, RW));
	CHECK(!touch(touch_write, PLACE));
	EXPECT(OK, slot_revoke(run));
	EXPECT_U64(CAP_NULL, type_of(part));
	CHECK(touch(touch_read, PLACE));
	EXPECT(OK, frame_narrow_to(run, 7, 1, part, RW));
	EXPECT(OK, frame_map_at(part, ROOT_SPACE, PLACE, RW));
	EXPECT(OK, slot_delete(run));
	EXPECT_U64(self_of(memory), parent_of(part));
	EXPECT_U64(PAGES * PAGE_SIZE, used_of(memory));
	CHECK(!touch(touch_write, PLACE));
	EXPECT(OK, slot_delete(part));
	CHECK(touch(touch_read, PLACE));
	EXPECT_U64(0, used_of(memory));
}

/* The rule is for the whole run, and for the next run in its memory it begins anew. */
void test_narrowed_is_never_both(void)
{
	cap_t memory = sub_untyped(64 * PAGE_SIZE), run = make_of(memory, CAP_FRAME, PAGES);
	cap_t space = kit_make(CAP_ADDRESS_SPACE, 0), part = part_of(run, 7, 2, RIGHT_ALL),
	      inner = part_of(part, 1, 1, RIGHT_ALL), page, fill;

	tables_at(space, PLACE);
	EXPECT(OK, frame_map_at(run, space, PLACE, RX));
	EXPECT(ERR_RIGHTS, frame_map_at(part, space, PLACE + 100 * PAGE_SIZE, RW));
	EXPECT(ERR_RIGHTS, frame_map_at(inner, space, PLACE + 100 * PAGE_SIZE, RW));
	EXPECT(OK, frame_unmap(run));
	EXPECT(OK, frame_map_at(inner, space, PLACE + 100 * PAGE_SIZE, RW));
	EXPECT(ERR_RIGHTS, frame_map_at(run, space, PLACE, RX));
	EXPECT(ERR_RIGHTS, frame_map_at(part, space, PLACE, RX));
	EXPECT(OK, frame_map_at(part, space, PLACE, RW));
	/* Page 7 of the old run is the first of a new one, and page 0 belongs to another. */
	EXPECT(OK, slot_revoke(memory));
	fill = make_of(memory, CAP_FRAME, 7), page = make_of(memory, CAP_FRAME, 2);
	EXPECT(OK, frame_map_at(fill, space, PLACE, RX));
	EXPECT(OK, frame_map_at(page, space, PLACE + 100 * PAGE_SIZE, RW));
	EXPECT(ERR_RIGHTS,
	       frame_map_at(part_of(page, 1, 1, RX), space, PLACE + 200 * PAGE_SIZE, RX));
}

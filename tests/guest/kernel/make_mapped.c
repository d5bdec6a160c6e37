/* UNTYPED_MAP_FRAME: a Frame is made in a slot of a CNode that is not the caller's CSpace, and mapped. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kernel/touch.h"

#define PLACE 0x500000000000ul
#define TABLE_SPAN (512 * PAGE_SIZE)
#define R RIGHT_READ
#define RW (RIGHT_READ | RIGHT_WRITE)

static cap_t memory, table;
static struct untyped_map_frame usual;

static void prepare(void)
{
	memory = sub_untyped(1024 * PAGE_SIZE);
	table = kit_make(CAP_CNODE, CNODE_MIN_SLOTS);
	usual = (struct untyped_map_frame){
		.pages = 1,
		.cnode = table,
		.index = 1,
		.address_space = ROOT_SPACE,
		.address = PLACE,
		.rights = RW};
	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
}

/* The usual call with one word changed is refused, and nothing is made. */
#define REFUSED(wanted, ...)                                                                       \
	do {                                                                                       \
		struct untyped_map_frame args = usual;                                             \
		__VA_ARGS__;                                                                       \
		EXPECT((wanted), untyped_map_frame(memory, &args));                                \
		EXPECT_U64(CAP_NULL, type_in(table, 1));                                           \
		EXPECT_U64(0, used_of(memory));                                                    \
	} while (0)

void test_make_mapped_arguments(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), other = kit_make(CAP_FRAME, 1);

	prepare();
	EXPECT(OK, frame_map_at(other, ROOT_SPACE, PLACE + 100 * PAGE_SIZE, R));
	REFUSED(ERR_ARG, args.pages = 0);
	REFUSED(ERR_ARG, args.pages = FRAME_MAX_PAGES + 1);
	REFUSED(ERR_ARG, args.pages = 1ul << 52);
	REFUSED(ERR_CAP, args.cnode = kit_slot());
	REFUSED(ERR_TYPE, args.cnode = ep);
	REFUSED(ERR_RIGHTS, args.cnode = copy_of(table, R));
	REFUSED(ERR_RANGE, args.index = 0);
	REFUSED(ERR_RANGE, args.index = CNODE_MIN_SLOTS);
	REFUSED(ERR_CAP, args.address_space = kit_slot());
	REFUSED(ERR_TYPE, args.address_space = ep);
	REFUSED(ERR_RIGHTS, args.address_space = copy_of(ROOT_SPACE, R));
	REFUSED(ERR_ALIGN, args.address += 8);
	REFUSED(ERR_RANGE, args.address = USER_TOP);
	REFUSED(ERR_RANGE, args.address = USER_BOTTOM - PAGE_SIZE);
	REFUSED(ERR_RANGE, args.address = USER_TOP - PAGE_SIZE, args.pages = 2);
	REFUSED(ERR_RIGHTS, args.rights = RW | RIGHT_EXEC);
	REFUSED(ERR_RIGHTS, args.rights = RIGHT_WRITE);
	REFUSED(ERR_RIGHTS, args.rights = R | RIGHT_GRANT | 0x100);
	REFUSED(ERR_ARG, args.attributes = MAP_UNCACHED);
	REFUSED(ERR_ARG, args.attributes = 1ul << 32);
	REFUSED(ERR_TABLE, args.address = PLACE + (1ul << 39));
	REFUSED(ERR_TABLE, args.address = PLACE + TABLE_SPAN - PAGE_SIZE, args.pages = 2);
	REFUSED(ERR_OCCUPIED, args.address = PLACE + 100 * PAGE_SIZE);
	REFUSED(ERR_OCCUPIED, args.pages = 101);
	REFUSED(ERR_OCCUPIED, args.pages = FRAME_MAX_PAGES);
	memory = sub_untyped(PAGE_SIZE);
	REFUSED(ERR_MEMORY, args.pages = 2);
	/* The Frame that lies in the slot is mapped, if the call goes on. */
	usual.made = 1;
	EXPECT(ERR_CAP, untyped_map_frame(memory, &usual));
	EXPECT(OK, slot_copy_to(table, 1, ep, RIGHT_ALL));
	EXPECT(ERR_TYPE, untyped_map_frame(memory, &usual));
	CHECK(touch(touch_read, PLACE));
}

/* A page, a run over the seam of two tables, and a large page. */
void test_make_mapped(void)
{
	static const u64 pages[] = {1, 7, 300, FRAME_MAX_PAGES};

	prepare();
	table_at(ROOT_SPACE, PLACE + TABLE_SPAN, 1);
	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		usual.pages = pages[i];
		usual.address = pages[i] == FRAME_MAX_PAGES ? PLACE + 2 * TABLE_SPAN
							    : PLACE + TABLE_SPAN - 4 * PAGE_SIZE;
		u64 last = usual.address + (pages[i] - 1) * PAGE_SIZE;

		EXPECT(OK, untyped_map_frame(memory, &usual));
		EXPECT_U64(CAP_FRAME, type_in(table, 1));
		EXPECT_U64(0, *(volatile u64 *)usual.address);
		CHECK(!touch(touch_write, usual.address) && !touch(touch_write, last));
		CHECK(touch(touch_read, last + PAGE_SIZE) && touch(touch_run, last));
		EXPECT_U64(0, *(volatile u64 *)(last + 8));
		EXPECT(ERR_OCCUPIED, untyped_map_frame(memory, &usual));
		usual.index = 2;
		EXPECT(ERR_OCCUPIED, untyped_map_frame(memory, &usual));
		EXPECT_U64(CAP_NULL, type_in(table, 2));
		usual.index = 1;
		EXPECT_U64(1, children_of(memory));
		EXPECT(OK, slot_revoke(memory));
		CHECK(touch(touch_read, usual.address) && touch(touch_read, last));
	}
}

void test_make_mapped_device(void)
{
	prepare();
	usual.attributes = MAP_UNCACHED;
	usual.rights = R | RIGHT_EXEC;
	EXPECT(ERR_RIGHTS, untyped_map_frame(ROOT_DEVICE, &usual));
	usual.rights = RW;
	usual.attributes = 4;
	EXPECT(ERR_ARG, untyped_map_frame(ROOT_DEVICE, &usual));
	usual.attributes = MAP_UNCACHED;
	EXPECT(OK, untyped_map_frame(ROOT_DEVICE, &usual));
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
	EXPECT_U64(CAP_NULL, type_in(table, 1));
}

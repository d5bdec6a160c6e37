/* Address spaces, page tables and frames: mapped pages can be reached, others cannot, at once. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kernel/touch.h"
#include "lib/microk/memory.h"

/* Where nothing is mapped in the root's address space, not even tables of level 3. */
#define PLACE 0x500000000000ul
#define TABLE_SPAN (512 * PAGE_SIZE)
#define RW (RIGHT_READ | RIGHT_WRITE)

void test_map_arguments(void)
{
	cap_t f = kit_make(CAP_FRAME, 2), ro = copy_of(f, RIGHT_READ),
	      rx = copy_of(f, RIGHT_READ | RIGHT_EXEC);
	cap_t none = copy_of(f, RIGHT_WRITE), ep = kit_make(CAP_ENDPOINT, 0), free = kit_slot();
	cap_t space = kit_make(CAP_ADDRESS_SPACE, 0), weak = copy_of(space, RIGHT_READ);
	cap_t blind = copy_of(space, RIGHT_WRITE);

	EXPECT(ERR_TABLE, frame_map_at(f, space, PLACE, RW));
	tables_at(space, PLACE);
	EXPECT(ERR_CAP, frame_map_at(f, free, PLACE, RW));
	EXPECT(ERR_TYPE, frame_map_at(f, ep, PLACE, RW));
	EXPECT(ERR_RIGHTS, frame_map_at(f, weak, PLACE, RW));
	EXPECT(ERR_RIGHTS, frame_map_at(f, space, PLACE, RW | RIGHT_EXEC));
	EXPECT(ERR_RIGHTS, frame_map_at(f, space, PLACE, RIGHT_WRITE));
	EXPECT(ERR_RIGHTS, frame_map_at(f, space, PLACE, RIGHT_EXEC));
	EXPECT(ERR_RIGHTS, frame_map_at(f, space, PLACE, 0));
	EXPECT(ERR_RIGHTS, frame_map_at(f, space, PLACE, RW | 0x100));
	EXPECT(ERR_RIGHTS, frame_map_at(f, space, PLACE, RW | 1ul << 32));
	EXPECT(ERR_RIGHTS, frame_map_at(ro, space, PLACE, RW));
	EXPECT(ERR_RIGHTS, frame_map_at(ro, space, PLACE, RIGHT_READ | RIGHT_EXEC));
	EXPECT(ERR_RIGHTS, frame_map_at(rx, space, PLACE, RW));
	EXPECT(ERR_RIGHTS, frame_map_at(none, space, PLACE, RIGHT_WRITE));
	EXPECT(ERR_RIGHTS, frame_info(none, NULL));
	EXPECT(ERR_ARG, frame_map_with(f, space, PLACE, RW, 4));
	EXPECT(ERR_ARG, frame_map_with(f, space, PLACE, RW, 1ul << 32));
	EXPECT(ERR_ALIGN, frame_map_at(f, space, PLACE + 1, RW));
	EXPECT(ERR_ALIGN, frame_map_at(f, space, PLACE + 0x800, RW));
	EXPECT(ERR_RANGE, frame_map_at(f, space, USER_TOP, RW));
	EXPECT(ERR_RANGE, frame_map_at(f, space, USER_TOP - PAGE_SIZE, RW));
	EXPECT(ERR_RANGE, frame_map_at(f, space, 1ul << 47, RW));
	EXPECT(ERR_RANGE, frame_map_at(f, space, 0xffff800000000000, RW));
	EXPECT(ERR_RANGE, frame_map_at(f, space, 0xfffffffffffff000, RW));
	EXPECT(ERR_STATE, frame_unmap(f));
	EXPECT(ERR_METHOD, RAW_METHOD(f, 0));
	EXPECT(ERR_METHOD, RAW_METHOD(f, last_method(CAP_FRAME) + 1u));
	EXPECT(ERR_METHOD, RAW_METHOD(space, last_method(CAP_ADDRESS_SPACE) + 1u));
	EXPECT(ERR_RIGHTS, space_info(blind, NULL));
	EXPECT(OK, frame_map_at(f, space, PLACE, RW));
	EXPECT(ERR_STATE, frame_map_at(f, space, PLACE + 0x10000, RW));
	EXPECT(ERR_OCCUPIED, frame_map_at(ro, space, PLACE + PAGE_SIZE, RIGHT_READ));
	EXPECT(ERR_OCCUPIED,
	       frame_map_at(ro, space, PLACE - PAGE_SIZE, RIGHT_READ) == ERR_TABLE
		       ? ERR_OCCUPIED
		       : OK);
	EXPECT(OK, frame_map_at(ro, space, PLACE + 2 * PAGE_SIZE, RIGHT_READ));
}

void test_table_arguments(void)
{
	cap_t space = kit_make(CAP_ADDRESS_SPACE, 0), t = kit_make(CAP_PAGE_TABLE, 0),
	      ep = kit_make(CAP_ENDPOINT, 0);
	cap_t weak = copy_of(space, RIGHT_READ);

	EXPECT(ERR_CAP, table_map_at(t, kit_slot(), PLACE, 3));
	EXPECT(ERR_TYPE, table_map_at(t, ep, PLACE, 3));
	EXPECT(ERR_RIGHTS, table_map_at(t, weak, PLACE, 3));
	EXPECT(ERR_ARG, table_map_at(t, space, PLACE, 0));
	EXPECT(ERR_ARG, table_map_at(t, space, PLACE, 4));
	EXPECT(ERR_ARG, table_map_at(t, space, PLACE, ~0ul));
	EXPECT(ERR_TABLE, table_map_at(t, space, PLACE, 2));
	EXPECT(ERR_TABLE, table_map_at(t, space, PLACE, 1));
	EXPECT(ERR_RANGE, table_map_at(t, space, 1ul << 47, 3));
	EXPECT(ERR_RANGE, table_map_at(t, space, ~0ul, 3));
	EXPECT(ERR_RANGE, table_map_at(t, space, 0xffff800000000000, 3));
	EXPECT(ERR_STATE, table_unmap(t));
	EXPECT(ERR_METHOD, RAW_METHOD(t, last_method(CAP_PAGE_TABLE) + 1u));
	EXPECT(OK, table_map_at(t, space, PLACE + 0x123456, 3));
	EXPECT(ERR_STATE, table_map_at(t, space, PLACE, 2));
	EXPECT(ERR_OCCUPIED, table_map_at(kit_make(CAP_PAGE_TABLE, 0), space, PLACE, 3));
	EXPECT(OK, table_unmap(t));
	EXPECT(OK, table_map_at(t, space, PLACE, 3));
}

/* Rights of a mapping are what the processor enforces. */
void test_mapping_rights(void)
{
	cap_t f = kit_make(CAP_FRAME, 1), r = copy_of(f, RIGHT_READ),
	      x = copy_of(f, RIGHT_READ | RIGHT_EXEC);

	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE, RW));
	EXPECT(OK, frame_map_at(r, ROOT_SPACE, PLACE + PAGE_SIZE, RIGHT_READ));
	CHECK(!touch(touch_write, PLACE));
	*(u8 *)PLACE = 0xc3; /* ret */
	CHECK(!touch(touch_read, PLACE + PAGE_SIZE));
	EXPECT_U64(0xc3, *(volatile u8 *)(PLACE + PAGE_SIZE));
	CHECK(touch(touch_write, PLACE + PAGE_SIZE));
	CHECK(touch(touch_run, PLACE));
	CHECK(touch(touch_run, PLACE + PAGE_SIZE));
	/* Written code is executed here only when it is no longer writable. */
	EXPECT(OK, frame_unmap(f));
	EXPECT(OK, frame_map_at(x, ROOT_SPACE, PLACE + 2 * PAGE_SIZE, RIGHT_READ | RIGHT_EXEC));
	CHECK(!touch(touch_run, PLACE + 2 * PAGE_SIZE));
	CHECK(touch(touch_write, PLACE + 2 * PAGE_SIZE));
	CHECK(touch(touch_read, PLACE + 3 * PAGE_SIZE));
	CHECK(touch(touch_read, 0xffff800000000000));
	CHECK(touch(touch_read, 0xffffffff80000000));
	CHECK(touch(touch_write, 0xffffffff80000000));
	CHECK(touch(touch_run, 0xffffffff80100000));
}

/* After an unmap, a delete or a revoke the very next touch faults: nothing stale in the TLB. */
void test_unmapping_is_seen_at_once(void)
{
	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
	for (u32 pages = 1; pages <= 64; pages *= 8) { /* one by one, and all at once */
		u64 last = PLACE + (pages - 1) * PAGE_SIZE;
		cap_t f = kit_make(CAP_FRAME, pages), c;
		EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE, RW));
		CHECK(!touch(touch_write, PLACE) && !touch(touch_write, last));
		EXPECT(OK, frame_unmap(f));
		CHECK(touch(touch_read, PLACE) && touch(touch_read, last));
		EXPECT(ERR_STATE, frame_unmap(f));
		/* Mapped again, what was written is there. */
		EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE, RIGHT_READ));
		CHECK(touch(touch_write, last) && !touch(touch_read, last));
		EXPECT_U64(0x5a, *(volatile u8 *)last);
		c = copy_of(f, RIGHT_ALL);
		EXPECT(OK, frame_map_at(c, ROOT_SPACE, PLACE + 0x100000, RW));
		CHECK(!touch(touch_read, PLACE + 0x100000));
		EXPECT(OK, slot_revoke(f));
		CHECK(touch(touch_read, PLACE + 0x100000));
		CHECK(!touch(touch_read, PLACE));
		EXPECT(OK, slot_delete(f));
		CHECK(touch(touch_read, PLACE));
	}
}

/* A mapping ends with its Untyped, so its former holder does not see memory that is used again. */
void test_memory_reused_is_not_seen(void)
{
	cap_t u = sub_untyped(16 * PAGE_SIZE), f = make_of(u, CAP_FRAME, 1);

	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE, RW));
	CHECK(!touch(touch_write, PLACE));
	EXPECT(OK, slot_revoke(u));
	make_of(u, CAP_CNODE, 63);
	CHECK(touch(touch_read, PLACE));
	/* The same of a table: it becomes a frame, which must not show in the tree of tables. */
	EXPECT(OK, slot_revoke(u));
	cap_t t = make_of(u, CAP_PAGE_TABLE, 0), g = kit_make(CAP_FRAME, 1);
	EXPECT(OK, table_map_at(t, ROOT_SPACE, PLACE + TABLE_SPAN, 1));
	EXPECT(OK, frame_map_at(g, ROOT_SPACE, PLACE + TABLE_SPAN, RW));
	CHECK(!touch(touch_write, PLACE + TABLE_SPAN));
	EXPECT(OK, slot_revoke(u));
	make_of(u, CAP_FRAME, 1);
	CHECK(touch(touch_read, PLACE + TABLE_SPAN));
	EXPECT(OK, frame_unmap(g));
	EXPECT(ERR_TABLE, frame_map_at(g, ROOT_SPACE, PLACE + TABLE_SPAN, RW));
}

/* A run of pages over the seam of two tables: all or nothing. */
void test_run_across_tables(void)
{
	u64 seam = PLACE + TABLE_SPAN;
	cap_t f = kit_make(CAP_FRAME, 6), one = kit_make(CAP_FRAME, 1);

	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
	EXPECT(ERR_TABLE, frame_map_at(f, ROOT_SPACE, seam - 3 * PAGE_SIZE, RW));
	CHECK(touch(touch_read, seam - 3 * PAGE_SIZE));
	table_at(ROOT_SPACE, seam, 1);
	EXPECT(OK, frame_map_at(one, ROOT_SPACE, seam + 2 * PAGE_SIZE, RW));
	EXPECT(ERR_OCCUPIED, frame_map_at(f, ROOT_SPACE, seam - 3 * PAGE_SIZE, RW));
	CHECK(touch(touch_read, seam - 3 * PAGE_SIZE) && touch(touch_read, seam + PAGE_SIZE));
	CHECK(!touch(touch_write, seam + 2 * PAGE_SIZE));
	EXPECT(OK, slot_delete(one));
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, seam - 3 * PAGE_SIZE, RW));
	for (u32 i = 0; i < 6; i++)
		CHECK(!touch(touch_write, seam - 3 * PAGE_SIZE + i * PAGE_SIZE));
	EXPECT(OK, frame_unmap(f));
	for (u32 i = 0; i < 6; i++)
		CHECK(touch(touch_read, seam - 3 * PAGE_SIZE + i * PAGE_SIZE));
}

/* 512 pages, aligned both ways: one entry, no table of level 1. Aligned one way only: 512 entries. */
void test_large_frame(void)
{
	cap_t f = kit_make(CAP_FRAME, 512), small = kit_make(CAP_FRAME, 1), t;

	toucher_begin();
	table_at(ROOT_SPACE, PLACE, 3);
	table_at(ROOT_SPACE, PLACE, 2);
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE, RW));
	CHECK(!touch(touch_write, PLACE) && !touch(touch_write, PLACE + TABLE_SPAN - 1));
	EXPECT(ERR_TABLE, frame_map_at(small, ROOT_SPACE, PLACE + PAGE_SIZE, RW));
	EXPECT(ERR_OCCUPIED, table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, PLACE, 1));
	EXPECT(OK, frame_unmap(f));
	CHECK(touch(touch_read, PLACE) && touch(touch_read, PLACE + TABLE_SPAN - 1));
	t = table_at(ROOT_SPACE, PLACE, 1);
	EXPECT(ERR_OCCUPIED, frame_map_at(f, ROOT_SPACE, PLACE, RW));
	EXPECT(ERR_TABLE, frame_map_at(f, ROOT_SPACE, PLACE + PAGE_SIZE, RW));
	CHECK(touch(touch_read, PLACE + PAGE_SIZE));
	table_at(ROOT_SPACE, PLACE + TABLE_SPAN, 1);
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE + PAGE_SIZE, RW));
	EXPECT_U64(0x5a, *(volatile u8 *)(PLACE + PAGE_SIZE));
	CHECK(!touch(touch_read, PLACE + TABLE_SPAN) && touch(touch_read, PLACE));
	EXPECT(OK, slot_delete(f));
	CHECK(touch(touch_read, PLACE + PAGE_SIZE) && touch(touch_read, PLACE + TABLE_SPAN));
	EXPECT(OK, slot_delete(t));
}

/* Unmapping a table unmaps everything that it maps; mapped again, it is empty. */
void test_table_taken_out(void)
{
	cap_t f = kit_make(CAP_FRAME, 1), l1, l2;

	toucher_begin();
	table_at(ROOT_SPACE, PLACE, 3);
	l2 = table_at(ROOT_SPACE, PLACE, 2);
	l1 = table_at(ROOT_SPACE, PLACE, 1);
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE, RW));
	CHECK(!touch(touch_write, PLACE));
	EXPECT(OK, table_unmap(l1));
	CHECK(touch(touch_read, PLACE));
	EXPECT(OK, table_map_at(l1, ROOT_SPACE, PLACE, 1));
	CHECK(touch(touch_read, PLACE));
	EXPECT(ERR_STATE, frame_map_at(f, ROOT_SPACE, PLACE, RW));
	EXPECT(OK, frame_unmap(f));
	EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE, RW));
	CHECK(!touch(touch_read, PLACE));
	/* The level above. */
	EXPECT(OK, table_unmap(l2));
	CHECK(touch(touch_read, PLACE));
	EXPECT(OK, table_map_at(l2, ROOT_SPACE, PLACE + 512 * TABLE_SPAN, 2));
	CHECK(touch(touch_read, PLACE) && touch(touch_read, PLACE + 512 * TABLE_SPAN));
	EXPECT(OK, table_unmap(l2));
	EXPECT(OK, table_map_at(l2, ROOT_SPACE, PLACE, 2));
	CHECK(touch(touch_read, PLACE));
	/* Frame and lower table still record a mapping; deleting them does no harm. */
	EXPECT(OK, slot_delete(f));
	EXPECT(OK, slot_delete(l1));
	EXPECT(OK, slot_delete(l2));
	CHECK(touch(touch_read, PLACE));
}

/* The address space goes first: its frames and tables can be used again, and nothing is confused. */
void test_space_goes_first(void)
{
	cap_t f = kit_make(CAP_FRAME, 1), space, tables[3];
	struct space_info_result info = {0};
	u64 first = 0;

	for (u32 round = 0; round < 3; round++) {
		space = kit_make(CAP_ADDRESS_SPACE, 0);
		EXPECT(OK, space_info(space, &info));
		CHECK(info.identity != first && info.identity != 0);
		first = info.identity;
		for (u32 i = 0; i < 3; i++)
			tables[i] = table_at(space, PLACE, 3 - i);
		EXPECT(OK, frame_map_at(f, space, PLACE, RW));
		EXPECT(OK, slot_delete(space));
		EXPECT(ERR_STATE, frame_map_at(f, ROOT_SPACE, PLACE, RW));
		EXPECT(ERR_STATE, table_map_at(tables[2], ROOT_SPACE, PLACE, 1));
		EXPECT(OK, frame_unmap(f));
		/* The second time they stay mapped in the ended space, while another space takes its place. */
		if (round == 1)
			continue;
		for (u32 i = 0; i < 3; i++)
			EXPECT(OK, table_unmap(tables[i]));
		for (u32 i = 0; i < 3; i++)
			EXPECT(OK, table_map_at(tables[i], ROOT_SPACE, PLACE, 3 - i));
		EXPECT(OK, frame_map_at(f, ROOT_SPACE, PLACE, RW));
		*(volatile u64 *)PLACE = round;
		EXPECT(OK, frame_unmap(f));
		for (u32 i = 0; i < 3; i++)
			EXPECT(OK, table_unmap(tables[2 - i]));
	}
}

static void run_nothing(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
}

/* A thread whose address space goes stops; the processor is not left in it. */
void test_running_space_goes(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread_apart(run_nothing, ep, 61);

	EXPECT_U64(THREAD_SENDING, kit_state(t));
	/* kit_thread_apart made the thread's slot, then its address space's. */
	EXPECT_U64(CAP_ADDRESS_SPACE, type_of(t.thread + 1));
	EXPECT(OK, slot_revoke(t.thread + 1));
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	EXPECT(ERR_STATE, thread_resume(t.thread));
	EXPECT(OK, slot_delete(t.thread + 1));
	cap_t again = kit_make(CAP_ADDRESS_SPACE, 0);
	EXPECT(OK, CONFIGURE(t.thread, .address_space = again));
	EXPECT(OK, CONFIGURE(t.thread, .fault_endpoint = ep));
	EXPECT(OK, thread_resume(t.thread));
	/* It runs where nothing is mapped: a fault, which is reported. */
	struct message m = {0};
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(LABEL_FAULT, TAG_LABEL(m.tag));
	EXPECT_U64(14, m.word[FAULT_VECTOR]);
}

/*
 * A long Frame is mapped and unmapped in steps. A much less urgent thread is at it, so each return from a nap is in the middle; then the
 * test does what there is to be done with a part of a run.
 */
#include "tests/guest/sealed/sealed.h"

#define PLACE 0x300000000000ul
#define FIRST (PLACE + 100 * PAGE_SIZE) /* so that the run lies in two tables */
#define TABLE_SPAN (512 * PAGE_SIZE)
#define PAGES 511ul
#define R RIGHT_READ
#define RW (RIGHT_READ | RIGHT_WRITE)
#define LESS_URGENT 5
#define NAPS 1000

static cap_t frame, space, last_table;
static enum microk_status status;
static volatile bool done;

static enum microk_status map_there(u64 address, u32 rights)
{
	return frame_map_at(frame, space, address, rights);
}

static u64 mapped_pages(void)
{
	struct frame_info_result info = {0};

	EXPECT(OK, frame_info(frame, &info));
	return info.mapped_pages;
}

static bool is_part(void)
{
	u64 n = mapped_pages();

	return n > 0 && n < PAGES;
}

static void mapper(u64 unused)
{
	(void)unused;
	status = map_there(FIRST, RW);
	done = true;
}

static void unmapper(u64 unused)
{
	(void)unused;
	status = frame_unmap(frame);
	done = true;
}

static void prepare(void)
{
	space = kit_make(CAP_ADDRESS_SPACE, 0);
	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), space, PLACE, level));
	last_table = kit_make(CAP_PAGE_TABLE, 0);
	EXPECT(OK, table_map_at(last_table, space, PLACE + TABLE_SPAN, 1));
	frame = kit_make(CAP_FRAME, PAGES);
}

/* A thread that is in the middle of it. */
static struct kit_thread in_the_middle(void (*entry)(u64))
{
	done = false;
	struct kit_thread t = kit_thread(entry, 0, LESS_URGENT);

	for (u32 i = 0; !is_part() && !done && i < NAPS; i++)
		nap(1);
	CHECK(is_part() && !done);
	return t;
}

static void finish(void)
{
	for (u32 i = 0; !done && i < NAPS; i++)
		nap(1000);
	CHECK(done);
}

/* Is the place of the run empty, from its first page to its last? */
static void check_nothing_is_there(void)
{
	cap_t other = kit_make(CAP_FRAME, 1);
	static const u64 pages[] = {0, 1, 31, 32, 411, 412, PAGES - 1};

	EXPECT_U64(0, mapped_pages());
	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		EXPECT(OK, frame_map_at(other, space, FIRST + pages[i] * PAGE_SIZE, R));
		EXPECT(OK, frame_unmap(other));
	}
}

/* The same call goes on, whichever thread makes it; another one is refused. */
void test_part_goes_on(void)
{
	prepare();
	in_the_middle(mapper);
	EXPECT(ERR_STATE, map_there(FIRST + PAGE_SIZE, RW));
	EXPECT(ERR_STATE, map_there(FIRST, R));
	EXPECT(ERR_STATE, frame_map_at(frame, ROOT_SPACE, FIRST, RW));
	EXPECT_U64(FIRST, kit_describe(frame).value);
	finish();
	EXPECT(OK, status);
	EXPECT_U64(PAGES, mapped_pages());
	EXPECT(OK, frame_unmap(frame));
	in_the_middle(mapper);
	EXPECT(OK, map_there(FIRST, RW));
	EXPECT_U64(PAGES, mapped_pages());
	finish();
	EXPECT(ERR_STATE, status);
}

/* Given up in the middle of either way it is a Frame with fewer pages: it is unmapped, mapped again, deleted. */
void test_part_is_given_up(void)
{
	struct kit_thread t;

	prepare();
	t = in_the_middle(mapper);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, frame_unmap(frame));
	check_nothing_is_there();
	EXPECT(OK, map_there(FIRST, RW));
	t = in_the_middle(unmapper);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, map_there(FIRST, RW));
	EXPECT_U64(PAGES, mapped_pages());
	t = in_the_middle(unmapper);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, slot_delete(frame));
	frame = kit_make(CAP_FRAME, PAGES);
	check_nothing_is_there();
}

/* Something comes to be in the way of the rest: then the call has changed nothing. */
void test_part_meets_an_obstacle(void)
{
	cap_t other;

	prepare();
	other = kit_make(CAP_FRAME, 1);
	in_the_middle(mapper);
	EXPECT(OK, frame_map_at(other, space, FIRST + (PAGES - 1) * PAGE_SIZE, R));
	finish();
	EXPECT(ERR_OCCUPIED, status);
	EXPECT(OK, frame_unmap(other));
	check_nothing_is_there();
	in_the_middle(mapper);
	EXPECT(OK, table_unmap(last_table));
	finish();
	EXPECT(ERR_TABLE, status);
	EXPECT(OK, table_map_at(last_table, space, PLACE + TABLE_SPAN, 1));
	check_nothing_is_there();
	/* And where it is there from the beginning. */
	EXPECT(OK, frame_map_at(other, space, FIRST + 300 * PAGE_SIZE, R));
	EXPECT(ERR_OCCUPIED, map_there(FIRST, RW));
	EXPECT(OK, frame_unmap(other));
	check_nothing_is_there();
}

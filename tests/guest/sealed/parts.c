/*
 * A long Frame is mapped and unmapped in steps. A much less urgent thread makes the call, so each return from a nap is in
 * the middle of it; then the test tries every operation on a part of a run.
 */
#include "tests/guest/kit/method.h"
#include "tests/guest/sealed/part.h"

#define FIRST (PART_PLACE + 100 * PAGE_SIZE) /* so that the run lies in two tables */

static void prepare(void)
{
	part_prepare(kit_make(CAP_ADDRESS_SPACE, 0), FIRST);
}

static enum microk_status map_there(u64 address, u32 rights)
{
	return frame_map_at(part.frame, part.space, address, rights);
}

static void check_nothing_is_there(void)
{
	EXPECT_U64(0, part_pages(part.frame));
	part_check_nothing_is_there();
}

/* The same call goes on, whichever thread makes it; another one is refused. */
void test_part_goes_on(void)
{
	prepare();
	part_middle(part_map);
	EXPECT(ERR_STATE, map_there(FIRST + PAGE_SIZE, PART_RW));
	EXPECT(ERR_STATE, map_there(FIRST, PART_R));
	EXPECT(ERR_STATE, frame_map_at(part.frame, ROOT_SPACE, FIRST, PART_RW));
	EXPECT_U64(FIRST, kit_describe(part.frame).value);
	finish();
	EXPECT(OK, status);
	EXPECT_U64(PART_PAGES, part_pages(part.frame));
	EXPECT(OK, frame_unmap(part.frame));
	part_middle(part_map);
	EXPECT(OK, map_there(FIRST, PART_RW));
	EXPECT_U64(PART_PAGES, part_pages(part.frame));
	finish();
	EXPECT(ERR_STATE, status);
}

/* Given up in the middle of either way it is a Frame with fewer pages: it is unmapped, mapped again, deleted. */
void test_part_is_given_up(void)
{
	struct kit_thread t;

	prepare();
	t = part_middle(part_map);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, frame_unmap(part.frame));
	check_nothing_is_there();
	EXPECT(OK, map_there(FIRST, PART_RW));
	t = part_middle(part_unmap);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, map_there(FIRST, PART_RW));
	EXPECT_U64(PART_PAGES, part_pages(part.frame));
	t = part_middle(part_unmap);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, slot_delete(part.frame));
	part.frame = kit_make(CAP_FRAME, PART_PAGES);
	check_nothing_is_there();
}

/* Something is mapped where the rest would be: then the call changes nothing in the end. */
void test_part_meets_an_obstacle(void)
{
	cap_t other;

	prepare();
	other = kit_make(CAP_FRAME, 1);
	part_middle(part_map);
	EXPECT(OK, frame_map_at(other, part.space, FIRST + (PART_PAGES - 1) * PAGE_SIZE, PART_R));
	finish();
	EXPECT(ERR_OCCUPIED, status);
	EXPECT(OK, frame_unmap(other));
	check_nothing_is_there();
	part_middle(part_map);
	EXPECT(OK, table_unmap(part.tables[1]));
	finish();
	EXPECT(ERR_TABLE, status);
	EXPECT(OK, table_map_at(part.tables[1], part.space, PART_PLACE + PART_TABLE_SPAN, 1));
	check_nothing_is_there();
	/* The same, with the obstacle there from the beginning. */
	EXPECT(OK, frame_map_at(other, part.space, FIRST + 300 * PAGE_SIZE, PART_R));
	EXPECT(ERR_OCCUPIED, map_there(FIRST, PART_RW));
	EXPECT(OK, frame_unmap(other));
	check_nothing_is_there();
}

static cap_t memory, made, blocked;
static struct message answer;

static void maker(u64 unused)
{
	(void)unused;
	status = RAW_METHOD_RESULT(&answer, memory, UNTYPED_RETYPE, CAP_NOTIFICATION, 0, ROOT_CNODE,
				   made, RETYPE_MAX_COUNT);
	done = true;
}

static u32 count_made(void)
{
	u32 n = 0;

	for (u32 i = 0; i < RETYPE_MAX_COUNT; i++)
		n += type_of(made + i) == CAP_NOTIFICATION;
	return n;
}

static u32 made_in_the_middle(void)
{
	u32 n = 0;

	done = false;
	kit_thread(maker, 0, LESS_URGENT);
	for (u32 i = 0; n == 0 && !done && i < NAPS; i++) {
		nap(4); /* long enough for the check of all slots, which begins anew when it is interrupted */
		n = count_made();
	}
	CHECK(n > 0 && n < RETYPE_MAX_COUNT && !done);
	return n;
}

/* Many objects are made a few at a time. If another thread takes a slot meanwhile, the objects made before that stay. */
void test_many_are_made_in_parts(void)
{
	cap_t other = kit_make(CAP_ENDPOINT, 0);
	u32 n;

	memory = kit_make(CAP_UNTYPED, 16 * PAGE_SIZE);
	made = kit_slots(RETYPE_MAX_COUNT);
	made_in_the_middle();
	finish();
	EXPECT(OK, status);
	EXPECT_U64(RETYPE_MAX_COUNT, count_made());
	EXPECT_U64(RETYPE_MAX_COUNT, children_of(memory));
	EXPECT_U64(RETYPE_MAX_COUNT * 128ul, used_of(memory));
	EXPECT(OK, slot_revoke(memory));
	n = made_in_the_middle();
	blocked = made + RETYPE_MAX_COUNT - 1;
	EXPECT(OK, slot_copy(blocked, other, RIGHT_ALL));
	finish();
	EXPECT(ERR_OCCUPIED, status);
	EXPECT_U64(n, count_made());
	EXPECT_U64(made + n, answer.word[3]);
	EXPECT_U64(RETYPE_MAX_COUNT - n, answer.word[4]);
	EXPECT_U64(CAP_ENDPOINT, type_of(blocked));
	/* Without another thread an error has changed nothing. */
	EXPECT(OK, slot_revoke(memory));
	maker(0);
	EXPECT(ERR_OCCUPIED, status);
	EXPECT_U64(0, count_made());
	EXPECT_U64(made, answer.word[3]);
	EXPECT_U64(RETYPE_MAX_COUNT, answer.word[4]);
	EXPECT(OK, slot_delete(blocked));
	EXPECT(ERR_MEMORY, retype(memory, CAP_FRAME, 1, made, 17));
	EXPECT_U64(CAP_NULL, type_of(made));
	EXPECT(OK, retype(memory, CAP_FRAME, 1, made, 16));
}

/*
 * A call for many Frames is interrupted in the middle. A much less urgent thread makes it, so each return from a nap is in the
 * middle of it.
 */
#include "tests/guest/sealed/part.h"

#define SLOTS 401ul
#define COUNT (SLOTS - 1)
#define OTHER_PLACE (PART_PLACE + 512 * PAGE_SIZE)

static cap_t table;
static u64 mapped, rights;

static void prepare(void)
{
	part_prepare(kit_make(CAP_ADDRESS_SPACE, 0), PART_PLACE);
	table = kit_make(CAP_CNODE, SLOTS);
	for (u64 made = 0; made < COUNT; made += 50)
		EXPECT(OK, untyped_retype(kit_untyped(),
					  &(struct untyped_retype){.type = CAP_FRAME,
								   .size = 1,
								   .cnode = table,
								   .index = 1 + made,
								   .count = 50}));
}

static enum microk_status map_all(void)
{
	return frames_map(part.space, table, 1, COUNT, PART_PLACE, PART_RW, &mapped);
}

static u64 address_in(u64 index)
{
	struct cnode_describe_result slot = {0};

	EXPECT(OK, cnode_describe(table, index, &slot));
	return slot.value;
}

static void begin_in_the_middle(void)
{
	begin(map_all);
	for (u32 i = 0; !address_in(1) && !done && i < NAPS; i++)
		nap(2);
	CHECK(address_in(1) && !address_in(COUNT) && !done);
}

void test_many_are_mapped_in_parts(void)
{
	prepare();
	begin_in_the_middle();
	finish();
	EXPECT(OK, status);
	EXPECT_U64(COUNT, mapped);
	for (u64 i = 1; i <= COUNT; i++)
		EXPECT_U64(PART_PLACE + (i - 1) * PAGE_SIZE, address_in(i));
}

/* A Frame goes meanwhile: the answer states how many were mapped from the beginning of the call on. */
void test_many_end_at_a_hole(void)
{
	prepare();
	begin_in_the_middle();
	EXPECT(OK, cnode_delete(table, COUNT - 10));
	finish();
	EXPECT(OK, status);
	EXPECT_U64(COUNT - 11, mapped);
	EXPECT_U64(PART_PLACE + (COUNT - 12) * PAGE_SIZE, address_in(COUNT - 11));
	EXPECT_U64(0, address_in(COUNT - 9));
	/* The CNode goes. */
	EXPECT(OK, frames_unmap(part.space, table, 1, COUNT, &mapped));
	EXPECT_U64(COUNT, mapped);
	begin_in_the_middle();
	EXPECT(OK, slot_delete(table));
	finish();
	EXPECT(OK, status);
	CHECK(mapped > 0 && mapped < COUNT - 11);
}

static cap_t run_memory;

static enum microk_status make_run(void)
{
	return untyped_map_frame(
		run_memory,
		&(struct untyped_map_frame){
			.pages = PART_PAGES,
			.cnode = ROOT_CNODE,
			.index = part.frame,
			.address_space = part.space,
			.address = PART_PLACE,
			.rights = PART_RW});
}

static struct kit_thread make_in_the_middle(void)
{
	struct kit_thread t = begin(make_run);

	for (u32 i = 0; type_of(part.frame) == CAP_NULL && !done && i < NAPS; i++)
		nap(10);
	for (u32 i = 0; !part_pages(part.frame) && !done && i < NAPS; i++)
		nap(1);
	CHECK(part_pages(part.frame) < PART_PAGES && !done);
	return t;
}

/* The Frame is made, and a part of it is mapped: the call goes on, or another completes it, or it ends with the obstacle. */
void test_made_and_mapped_in_parts(void)
{
	struct kit_thread t;

	part_prepare(kit_make(CAP_ADDRESS_SPACE, 0), PART_PLACE);
	cap_t other = kit_make(CAP_FRAME, 1);
	run_memory = kit_make(CAP_UNTYPED, PART_PAGES * PAGE_SIZE);
	EXPECT(OK, slot_delete(part.frame));
	make_in_the_middle();
	finish();
	EXPECT(OK, status);
	EXPECT_U64(PART_PAGES, part_pages(part.frame));
	EXPECT(OK, slot_delete(part.frame));
	t = make_in_the_middle();
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, part_map());
	EXPECT_U64(PART_PAGES, part_pages(part.frame));
	EXPECT(OK, slot_delete(part.frame));
	make_in_the_middle();
	EXPECT(OK,
	       frame_map_at(other, part.space, PART_PLACE + (PART_PAGES - 1) * PAGE_SIZE, PART_R));
	finish();
	EXPECT(ERR_OCCUPIED, status);
	EXPECT_U64(0, part_pages(part.frame));
}

static enum microk_status protect(void)
{
	return frames_protect(part.space, ROOT_CNODE, part.frame, 1, rights, &mapped);
}

static enum microk_status try(cap_t same, u32 with)
{
	enum microk_status got = frame_map_at(same, part.space, OTHER_PLACE, with);

	if (got == OK)
		EXPECT(OK, frame_unmap(same));
	return got;
}

/* The run is written, and will be executed: in the middle it counts as both. */
static struct kit_thread protect_in_the_middle(cap_t same)
{
	struct kit_thread t;

	EXPECT(ERR_RIGHTS, try(same, PART_RX));
	rights = PART_RX;
	t = begin(protect);
	for (u32 i = 0; try(same, PART_RW) == OK && !done && i < NAPS; i++)
		nap(1);
	CHECK(!done);
	EXPECT(ERR_RIGHTS, try(same, PART_RW));
	EXPECT(ERR_RIGHTS, try(same, PART_RX));
	return t;
}

static cap_t prepare_run(void)
{
	part_prepare(kit_make(CAP_ADDRESS_SPACE, 0), PART_PLACE);
	EXPECT(OK, part_map());
	return copy_of(part.frame, RIGHT_ALL);
}

void test_protected_in_parts(void)
{
	cap_t same = prepare_run();

	protect_in_the_middle(same);
	finish();
	EXPECT(OK, status);
	EXPECT_U64(1, mapped);
	EXPECT(OK, try(same, PART_RX));
	EXPECT(ERR_RIGHTS, try(same, PART_RW));
}

/* The call is given up. The run counts as both until it is protected again, or unmapped. */
void test_protected_in_part(void)
{
	cap_t same = prepare_run();
	struct kit_thread t = protect_in_the_middle(same);

	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(ERR_RIGHTS, try(same, PART_RX));
	rights = PART_R;
	EXPECT(OK, protect());
	EXPECT(OK, try(same, PART_RX));
	EXPECT(OK, try(same, PART_RW));
	rights = PART_RW;
	EXPECT(OK, protect());
	t = protect_in_the_middle(same);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, frame_unmap(part.frame));
	EXPECT(OK, try(same, PART_RX));
	EXPECT(OK, try(same, PART_RW));
	/* Unmapped in the middle by another thread, it is passed over. */
	EXPECT(OK, part_map());
	protect_in_the_middle(same);
	EXPECT(OK, frame_unmap(part.frame));
	finish();
	EXPECT(OK, status);
	EXPECT(OK, try(same, PART_RW));
}

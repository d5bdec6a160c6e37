/* Many Frames in one call, named by slots of a CNode that is not the caller's CSpace. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kernel/touch.h"

/* Where nothing is mapped in the root's address space. */
#define PLACE 0x500000000000ul
#define SLOTS 64
#define R RIGHT_READ
#define RW (RIGHT_READ | RIGHT_WRITE)
#define RX (RIGHT_READ | RIGHT_EXEC)

/* The CNode of a program that is served, and how much of a call was done. */
static cap_t table;
static u64 done;

static enum microk_status map(u64 index, u64 count, u64 page, u64 rights)
{
	return frames_map(ROOT_SPACE, table, index, count, PLACE + page * PAGE_SIZE, rights, &done);
}

static enum microk_status unmap(u64 index, u64 count)
{
	return frames_unmap(ROOT_SPACE, table, index, count, &done);
}

static enum microk_status protect(u64 index, u64 count, u64 rights)
{
	return frames_protect(ROOT_SPACE, table, index, count, rights, &done);
}

/* `count` Frames of `pages` pages each. */
static void fill(u64 index, u64 count, u64 pages)
{
	EXPECT(OK, untyped_retype(kit_untyped(),
				  &(struct untyped_retype){.type = CAP_FRAME,
							   .size = pages,
							   .cnode = table,
							   .index = index,
							   .count = count}));
}

static void prepare(void)
{
	table = kit_make(CAP_CNODE, SLOTS);
	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
}

#define EXPECT_DONE(wanted, call)                                                                  \
	do {                                                                                       \
		EXPECT(OK, call);                                                                  \
		EXPECT_U64((wanted), done);                                                        \
	} while (0)

/* The same for each of the three. */
static void refused_by_all(enum microk_status wanted, cap_t space, cap_t cnode, u64 index,
			   u64 count)
{
	EXPECT(wanted, frames_map(space, cnode, index, count, PLACE, R, &done));
	EXPECT(wanted, frames_unmap(space, cnode, index, count, &done));
	EXPECT(wanted, frames_protect(space, cnode, index, count, R, &done));
}

void test_many_arguments(void)
{
	cap_t weak, blind, ep;

	prepare();
	weak = copy_of(table, R), blind = copy_of(ROOT_SPACE, R), ep = kit_make(CAP_ENDPOINT, 0);
	fill(1, 2, 1);
	refused_by_all(ERR_CAP, ROOT_SPACE, kit_slot(), 1, 1);
	refused_by_all(ERR_TYPE, ROOT_SPACE, ep, 1, 1);
	refused_by_all(ERR_RIGHTS, ROOT_SPACE, weak, 1, 1);
	refused_by_all(ERR_RIGHTS, blind, table, 1, 1);
	refused_by_all(ERR_RANGE, ROOT_SPACE, table, 0, 1);
	refused_by_all(ERR_RANGE, ROOT_SPACE, table, SLOTS, 1);
	refused_by_all(ERR_RANGE, ROOT_SPACE, table, 1, SLOTS);
	refused_by_all(ERR_RANGE, ROOT_SPACE, table, 5, ~0ul - 2); /* the sum is slot 2 */
	refused_by_all(ERR_ARG, ROOT_SPACE, table, 1, 0);
	EXPECT(ERR_RIGHTS, map(1, 1, 0, RW | RIGHT_EXEC));
	EXPECT(ERR_RIGHTS, map(1, 1, 0, RIGHT_WRITE));
	EXPECT(ERR_RANGE, frames_map(ROOT_SPACE, table, 1, 1, USER_TOP, R, &done));
	EXPECT(ERR_ALIGN, frames_map(ROOT_SPACE, table, 1, 1, PLACE + 1, R, &done));
	EXPECT(ERR_TABLE, frames_map(ROOT_SPACE, table, 1, 1, PLACE + (1ul << 39), R, &done));
	EXPECT(ERR_ARG,
	       space_map_frames(
		       ROOT_SPACE,
		       &(struct space_map_frames){
			       .cnode = table,
			       .index = 1,
			       .count = 1,
			       .address = PLACE,
			       .rights = R,
			       .attributes = MAP_UNCACHED},
		       NULL));
	EXPECT(OK, slot_copy_to(table, 3, ep, RIGHT_ALL));
	refused_by_all(ERR_TYPE, ROOT_SPACE, table, 3, 1);
	EXPECT(ERR_CAP, map(4, 1, 0, R));
	CHECK(touch(touch_read, PLACE));
}

/* Runs of several pages follow each other; the caller's own CSpace is a CNode, too. */
void test_many_are_mapped(void)
{
	cap_t own = kit_slots(2);

	prepare();
	fill(1, 5, 1);
	fill(6, 2, 7);
	EXPECT_DONE(7, map(1, 7, 0, RW));
	for (u64 page = 0; page < 19; page++) {
		CHECK(!touch(touch_write, PLACE + page * PAGE_SIZE));
		*(volatile u64 *)(PLACE + page * PAGE_SIZE) = page;
	}
	CHECK(touch(touch_read, PLACE + 19 * PAGE_SIZE));
	CHECK(touch(touch_run, PLACE));
	/* Each is where its number is: the capability shows it elsewhere. */
	EXPECT(OK, cnode_copy(ROOT_CNODE, &(struct cnode_copy){own, table, 4, R}));
	EXPECT(OK, cnode_copy(ROOT_CNODE, &(struct cnode_copy){own + 1, table, 7, R}));
	EXPECT(OK, frames_map(ROOT_SPACE, ROOT_CNODE, own, 2, PLACE + 100 * PAGE_SIZE, R, &done));
	EXPECT_U64(2, done);
	EXPECT_U64(3, *(volatile u64 *)(PLACE + 100 * PAGE_SIZE));
	EXPECT_U64(12 + 6, *(volatile u64 *)(PLACE + 107 * PAGE_SIZE));
	EXPECT(ERR_STATE, map(1, 1, 200, RW));
}

/* Those before it are mapped, and a call for the rest returns the reason. */
void test_many_and_an_obstacle(void)
{
	prepare();
	fill(1, 10, 1);
	EXPECT_DONE(1, map(1, 1, 5, R));
	EXPECT_DONE(5, map(2, 9, 0, RW));
	CHECK(!touch(touch_write, PLACE + 4 * PAGE_SIZE));
	CHECK(touch(touch_write, PLACE + 5 * PAGE_SIZE));
	CHECK(touch(touch_read, PLACE + 6 * PAGE_SIZE));
	EXPECT(ERR_OCCUPIED, map(7, 4, 5, RW));
	EXPECT_DONE(4, map(7, 4, 6, RW));
	EXPECT_DONE(10, unmap(1, 10));
	EXPECT(OK, cnode_delete(table, 4));
	EXPECT_DONE(3, map(1, 10, 0, RW));
	EXPECT(ERR_CAP, map(4, 7, 3, RW));
	/* The last page below the end. */
	EXPECT(OK, frames_map(ROOT_SPACE, table, 5, 3, USER_TOP - 2 * PAGE_SIZE, R, &done));
	EXPECT_U64(2, done);
	EXPECT_DONE(SLOTS - 1, unmap(1, SLOTS - 1));
	CHECK(touch(touch_read, USER_TOP - PAGE_SIZE));
}

/* Holes, and Frames that are mapped elsewhere, are passed over; anything but a Frame ends the call. */
void test_many_are_unmapped(void)
{
	cap_t other = kit_make(CAP_ADDRESS_SPACE, 0);
	struct frame_info_result info = {0};

	prepare();
	tables_at(other, PLACE);
	fill(1, 3, 1);
	fill(10, 1, 9);
	EXPECT_DONE(2, map(1, 2, 0, RW));
	EXPECT_DONE(1, map(10, 1, 2, RW));
	EXPECT(OK, frames_map(other, table, 3, 1, PLACE, RW, &done));
	CHECK(!touch(touch_read, PLACE) && !touch(touch_read, PLACE + 10 * PAGE_SIZE));
	EXPECT_DONE(SLOTS - 1, unmap(1, SLOTS - 1));
	for (u64 page = 0; page < 11; page++)
		CHECK(touch(touch_read, PLACE + page * PAGE_SIZE));
	EXPECT(OK, cnode_move(ROOT_CNODE, &(struct cnode_move){kit_slot(), table, 2}));
	cap_t at = kit_slot();
	EXPECT(OK, cnode_move(ROOT_CNODE, &(struct cnode_move){at, table, 3}));
	EXPECT(OK, frame_info(at, &info));
	EXPECT_U64(PLACE, info.mapped_address);
	EXPECT_DONE(1, map(1, 1, 0, RW));
	EXPECT(OK, slot_copy_to(table, 5, other, RIGHT_ALL));
	EXPECT_DONE(4, unmap(1, 20));
	EXPECT(ERR_TYPE, unmap(5, 16));
	EXPECT_DONE(15, unmap(6, 15));
	CHECK(touch(touch_read, PLACE));
}

/* Fewer rights hold at once, more rights as soon as the call returns; a long run changes as a whole. */
void test_many_are_protected(void)
{
	static const u64 pages[] = {0, 1, 2, 3, 250, 302};

	prepare();
	fill(1, 2, 1);
	fill(3, 1, 301);
	EXPECT_DONE(3, map(1, 3, 0, RW));
	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		*(volatile u8 *)(PLACE + pages[i] * PAGE_SIZE) = 0xc3; /* ret */
		CHECK(!touch(touch_write, PLACE + pages[i] * PAGE_SIZE));
		*(volatile u8 *)(PLACE + pages[i] * PAGE_SIZE) = 0xc3;
	}
	EXPECT_DONE(SLOTS - 1, protect(1, SLOTS - 1, R));
	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		CHECK(touch(touch_write, PLACE + pages[i] * PAGE_SIZE));
		CHECK(!touch(touch_read, PLACE + pages[i] * PAGE_SIZE));
	}
	EXPECT_DONE(3, protect(1, 3, RX));
	for (u32 i = 0; i < ARRAY_LEN(pages); i++)
		CHECK(!touch(touch_run, PLACE + pages[i] * PAGE_SIZE));
	EXPECT_DONE(3, protect(1, 3, RW));
	for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
		CHECK(touch(touch_run, PLACE + pages[i] * PAGE_SIZE));
		CHECK(!touch(touch_write, PLACE + pages[i] * PAGE_SIZE));
	}
	EXPECT_DONE(1, protect(2, 1, R));
	CHECK(!touch(touch_write, PLACE) && touch(touch_write, PLACE + PAGE_SIZE));
	/* A large page. */
	fill(5, 1, FRAME_MAX_PAGES);
	EXPECT_DONE(1, map(5, 1, 512, RW));
	EXPECT_DONE(1, protect(5, 1, R));
	CHECK(touch(touch_write, PLACE + 1023 * PAGE_SIZE));
	CHECK(!touch(touch_read, PLACE + 1023 * PAGE_SIZE));
}

/* The rights are those of the capability, and the frame's other mappings count. */
void test_protected_pages_are_never_both(void)
{
	prepare();
	fill(1, 1, 2);
	EXPECT(OK, cnode_copy(table, &(struct cnode_copy){2, table, 1, RW}));
	EXPECT(OK, cnode_copy(table, &(struct cnode_copy){3, table, 1, RX}));
	EXPECT_DONE(3, map(1, 3, 0, R));
	EXPECT(ERR_RIGHTS, protect(2, 1, RX));
	EXPECT(ERR_RIGHTS, protect(3, 1, RW));
	EXPECT(ERR_RIGHTS, protect(1, 1, RW | RIGHT_EXEC));
	EXPECT(ERR_RIGHTS, protect(1, 1, 0));
	EXPECT(ERR_RIGHTS, protect(1, 1, RIGHT_WRITE));
	EXPECT(ERR_RIGHTS, protect(1, 1, R | 1ul << 32));
	EXPECT_DONE(2, protect(1, 3, RW)); /* the third may not */
	EXPECT(ERR_RIGHTS, protect(3, 1, RX));
	EXPECT(ERR_RIGHTS, protect(1, 1, RX)); /* slot 2 still writes */
	EXPECT_DONE(1, protect(2, 1, R));
	EXPECT_DONE(1, protect(1, 1, RX));
	EXPECT_DONE(1, protect(3, 1, RX));
	EXPECT(ERR_RIGHTS, protect(2, 1, RW));
	EXPECT(ERR_RIGHTS, protect(1, 1, RW)); /* slot 3 still executes */
	EXPECT_DONE(1, unmap(3, 1));
	EXPECT_DONE(2, protect(1, 2, R));
	EXPECT_DONE(2, protect(1, 2, RW));
	EXPECT(ERR_RIGHTS, map(3, 1, 10, RX));
	EXPECT_DONE(2, unmap(1, 2));
	EXPECT_DONE(1, map(3, 1, 10, RX));
	CHECK(touch(touch_write, PLACE + 10 * PAGE_SIZE));
}

static enum microk_status map_sparse(u64 index, u64 count, u64 page)
{
	struct space_map_frames_result result = {.done = ~0ul};
	enum microk_status got = space_map_frames(
		ROOT_SPACE,
		&(struct space_map_frames){
			.cnode = table,
			.index = index,
			.count = count,
			.address = PLACE + page * PAGE_SIZE,
			.rights = RW,
			.attributes = MAP_SPARSE},
		&result);

	done = result.done;
	return got;
}

/* Each Frame is at the address that its slot has, and nothing is at those of the empty slots. */
void test_many_sparse(void)
{
	static const u64 used[] = {2, 3, 17, 40, 62};
	u64 next = 0;

	prepare();
	EXPECT_DONE(SLOTS - 1, map_sparse(1, SLOTS - 1, 0)); /* all of them are empty */
	for (u32 i = 0; i < ARRAY_LEN(used); i++)
		fill(used[i], 1, 1);
	EXPECT(ERR_CAP, map(1, SLOTS - 1, 0, RW));
	EXPECT_DONE(SLOTS - 1, map_sparse(1, SLOTS - 1, 0));
	for (u64 slot = 1; slot < SLOTS; slot++) {
		bool is_used = next < ARRAY_LEN(used) && slot == used[next];

		next += is_used;
		CHECK(touch(touch_write, PLACE + (slot - 1) * PAGE_SIZE) == !is_used);
	}
	/* A slot with another capability, or a mapped Frame, still ends it, and those before it are done. */
	EXPECT_DONE(1, map_sparse(1, 3, 0));
	EXPECT(ERR_STATE, map_sparse(2, 2, 1));
	EXPECT(ERR_ARG,
	       space_map_frames(
		       ROOT_SPACE,
		       &(struct space_map_frames){
			       .cnode = table,
			       .index = 2,
			       .count = 1,
			       .address = PLACE,
			       .rights = R,
			       .attributes = MAP_SPARSE << 1},
		       NULL));
	EXPECT(ERR_ARG, frame_map_with(kit_make(CAP_FRAME, 1), ROOT_SPACE, PLACE, R, MAP_SPARSE));
}

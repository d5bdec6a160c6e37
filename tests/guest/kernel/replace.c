/* UNTYPED_REPLACE_FRAME: a page becomes one of another Untyped, with its bytes, in its slot and at its address. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kernel/touch.h"

#define PLACE 0x500000000000ul
#define ELSEWHERE (PLACE + PAGE_SIZE)
#define WORDS (PAGE_SIZE / sizeof(u64))
#define OPCODE_RET 0xc3
#define R RIGHT_READ
#define RW (RIGHT_READ | RIGHT_WRITE)

static cap_t memory, table, original;
static u64 done;
static struct untyped_replace_frame usual;

static volatile u64 *words_at(u64 address)
{
	return (volatile u64 *)address;
}

static void prepare_tables(void)
{
	toucher_begin();
	tables_at(ROOT_SPACE, PLACE);
}

/* The page in slot 1 of a table is mapped to read. The original is mapped to write elsewhere, and has the bytes. */
static void prepare(void)
{
	memory = sub_untyped(64 * PAGE_SIZE);
	table = kit_make(CAP_CNODE, CNODE_MIN_SLOTS);
	original = kit_make(CAP_FRAME, 1);
	usual = (struct untyped_replace_frame){
		.cnode = table, .index = 1, .address_space = ROOT_SPACE, .rights = RW};
	EXPECT(OK, frame_map_at(original, ROOT_SPACE, ELSEWHERE, RW));
	for (u64 i = 0; i < WORDS; i++)
		words_at(ELSEWHERE)[i] = ~i;
	EXPECT(OK, slot_copy_to(table, 1, original, R));
	EXPECT(OK, frames_map(ROOT_SPACE, table, 1, 1, PLACE, R, &done));
}

/* The usual call with one word changed is refused, and nothing has changed. */
#define REFUSED(wanted, ...)                                                                       \
	do {                                                                                       \
		struct untyped_replace_frame args = usual;                                         \
		__VA_ARGS__;                                                                       \
		EXPECT((wanted), untyped_replace_frame(memory, &args));                            \
		EXPECT_U64(0, used_of(memory));                                                    \
		EXPECT_U64(~7ul, words_at(PLACE)[7]);                                              \
		CHECK(touch(touch_write, PLACE));                                                  \
	} while (0)

void test_replace_arguments(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), other = kit_make(CAP_ADDRESS_SPACE, 0);
	cap_t run = kit_make(CAP_FRAME, 2), page = kit_slot();

	prepare_tables();
	prepare();
	/* The same page at the same address of another address space. */
	tables_at(other, PLACE);
	EXPECT(OK, frame_map_at(copy_of(original, R), other, PLACE, R));
	EXPECT(OK, slot_copy_to(table, 2, ep, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(table, 3, run, RIGHT_ALL));
	EXPECT(OK, slot_copy_to(table, 4, original, RIGHT_WRITE));
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, page, 1));
	EXPECT(OK, slot_copy_to(table, 5, page, RIGHT_ALL));
	REFUSED(ERR_CAP, args.address_space = kit_slot());
	REFUSED(ERR_TYPE, args.address_space = ep);
	REFUSED(ERR_RIGHTS, args.address_space = copy_of(ROOT_SPACE, R));
	REFUSED(ERR_STATE, args.address_space = other);
	REFUSED(ERR_CAP, args.cnode = kit_slot());
	REFUSED(ERR_TYPE, args.cnode = ep);
	REFUSED(ERR_RIGHTS, args.cnode = copy_of(table, R));
	REFUSED(ERR_RANGE, args.index = 0);
	REFUSED(ERR_RANGE, args.index = CNODE_MIN_SLOTS);
	REFUSED(ERR_CAP, args.index = 6);
	REFUSED(ERR_TYPE, args.index = 2);
	REFUSED(ERR_ARG, args.index = 3);
	REFUSED(ERR_RIGHTS, args.index = 4);
	REFUSED(ERR_ARG, args.index = 5);
	REFUSED(ERR_RIGHTS, args.rights = 0);
	REFUSED(ERR_RIGHTS, args.rights = RIGHT_WRITE);
	REFUSED(ERR_RIGHTS, args.rights = RW | RIGHT_EXEC);
	REFUSED(ERR_RIGHTS, args.rights = R | 0x100);
	REFUSED(ERR_RIGHTS, args.rights = R | 1ul << 33);
	EXPECT(ERR_ARG, untyped_replace_frame(ROOT_DEVICE, &usual));
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
	/* No room, and then too little behind what is used. */
	memory = sub_untyped(PAGE_SIZE);
	EXPECT(OK, retype(memory, CAP_ENDPOINT, 0, kit_slot(), 1));
	EXPECT(ERR_MEMORY, untyped_replace_frame(memory, &usual));
}

/* By the short way into the kernel; or by the general one, which a call with a word too many takes. */
static enum microk_status replace(cap_t untyped, bool general)
{
	return general ? RAW_METHOD(untyped, UNTYPED_REPLACE_FRAME, usual.cnode, usual.index,
				    usual.address_space, usual.rights, 0)
		       : untyped_replace_frame(untyped, &usual);
}

/* The page has the same bytes, is the program's own, and others' mappings of the old one stay. */
static void replaced(bool general)
{
	struct cnode_next_result slot = {0};
	cap_t childs = kit_slot();

	prepare();
	/* A copy that derives from the one that is replaced, as after a second fork. */
	EXPECT(OK, cnode_copy(ROOT_CNODE, &(struct cnode_copy){.index = childs,
							       .source_cnode = table,
							       .source_index = 1,
							       .rights = R}));
	EXPECT(OK, frame_map_at(childs, ROOT_SPACE, PLACE + 2 * PAGE_SIZE, R));
	EXPECT_U64(1, children_of(original));
	EXPECT_U64(~1ul, words_at(PLACE)[1]); /* the processor knows the old page */
	EXPECT(OK, replace(memory, general));
	EXPECT_U64(PAGE_SIZE, used_of(memory));
	EXPECT_U64(1, children_of(memory));
	EXPECT_U64(1, children_of(original)); /* the child's, which has moved up */
	for (u64 i = 0; i < WORDS; i++)
		if (words_at(PLACE)[i] != ~i) {
			kit_fail(__FILE__, __LINE__, "word %lu differs", i);
			break;
		}
	CHECK(!touch(touch_write, PLACE) && touch(touch_run, PLACE));
	words_at(PLACE)[3] = 3;
	EXPECT_U64(~3ul, words_at(ELSEWHERE)[3]);
	EXPECT_U64(~3ul, words_at(PLACE + 2 * PAGE_SIZE)[3]);
	EXPECT(OK, cnode_next(table, 1, &slot));
	EXPECT_U64(1, slot.index);
	EXPECT_U64(RIGHT_ALL, slot.rights);
	EXPECT_U64(PLACE, slot.value);
	/* Again, of other memory, with other rights: it is run now. */
	words_at(PLACE)[8] = OPCODE_RET;
	cap_t second = sub_untyped(PAGE_SIZE);
	usual.rights = R | RIGHT_EXEC;
	EXPECT(OK, replace(second, general));
	EXPECT_U64(3, words_at(PLACE)[3]);
	CHECK(touch(touch_write, PLACE) && !touch(touch_run, PLACE + 8 * sizeof(u64)));
	EXPECT_U64(0, children_of(memory));
	EXPECT(ERR_MEMORY, replace(second, general));
	/* The memory is zero when it is used again. */
	EXPECT(OK, slot_revoke(second));
	CHECK(touch(touch_read, PLACE));
	cap_t seen = kit_slot();
	EXPECT(OK, retype(second, CAP_FRAME, 1, seen, 1));
	EXPECT(OK, frame_map_at(seen, ROOT_SPACE, PLACE, R));
	for (u64 i = 0; i < WORDS; i++)
		CHECK(words_at(PLACE)[i] == 0);
	EXPECT(OK, frame_unmap(seen));
	EXPECT(OK, frame_unmap(original));
	EXPECT(OK, frame_unmap(childs));
}

void test_replaced(void)
{
	prepare_tables();
	replaced(false);
	replaced(true);
}

/* One that is not mapped is replaced, too, and is not mapped then; one whose table was taken out is not. */
void test_replaced_without_a_mapping(void)
{
	cap_t level1;

	prepare_tables();
	prepare();
	EXPECT(OK, frames_unmap(ROOT_SPACE, table, 1, 1, &done));
	EXPECT(OK, untyped_replace_frame(memory, &usual));
	CHECK(touch(touch_read, PLACE));
	EXPECT(OK, frames_map(ROOT_SPACE, table, 1, 1, PLACE, RW, &done));
	EXPECT_U64(~9ul, words_at(PLACE)[9]);
	EXPECT(OK, frames_unmap(ROOT_SPACE, table, 1, 1, &done));
	level1 = table_at(ROOT_SPACE, PLACE + 512 * PAGE_SIZE, 1);
	EXPECT(OK, frames_map(ROOT_SPACE, table, 1, 1, PLACE + 512 * PAGE_SIZE, R, &done));
	EXPECT(OK, table_unmap(level1));
	EXPECT(ERR_STATE, untyped_replace_frame(memory, &usual));
	/* Nor one in whose place another table has something else. */
	level1 = table_at(ROOT_SPACE, PLACE + 512 * PAGE_SIZE, 1);
	EXPECT(OK, frame_map_at(kit_make(CAP_FRAME, 1), ROOT_SPACE, PLACE + 512 * PAGE_SIZE, R));
	EXPECT(ERR_STATE, untyped_replace_frame(memory, &usual));
}

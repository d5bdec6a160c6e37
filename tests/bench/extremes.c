/*
 * Operations on the largest possible objects, once each. The result of interest is not their cost, but the longest stretch
 * with interrupts off. The command line's size=N reduces each to N percent.
 */
#include "tests/bench/bench.h"
#include "lib/microk/memory.h"

#define DESCENDANTS 100000
#define WAITERS 10000
#define SPACE_RUNS 64 /* of FRAME_MAX_PAGES each: 128 MiB mapped */
#define NEW_RUNS 8
#define MEMORY (36ul << 20)
#define TABLES 28 /* CNodes for the capabilities that do not fit into the root's */

static cap_t memory; /* more than the kit gives a test */
static cap_t table[TABLES];

/* Slot i of a row of many; a CNode's slot 0 stays empty. */
#define TABLE_SLOTS 4096
#define PER_TABLE (TABLE_SLOTS - 1)
#define TABLE_OF(i) table[(i) / PER_TABLE]
#define SLOT_OF(i) ((i) % PER_TABLE + 1)

static void make_tables(u32 slots)
{
	for (u32 i = 0; i * PER_TABLE < slots; i++)
		EXPECT(OK, retype(memory, CAP_CNODE, TABLE_SLOTS, table[i], 1));
}

static u32 sized(u32 most)
{
	return MAX((u32)((u64)most * sample_option("size=", 100) / 100), 1u);
}

static void revoke_many(void)
{
	cap_t object = kit_make(CAP_ENDPOINT, 0);
	u32 count = sized(DESCENDANTS);
	u64 bad = 0;

	make_tables(count);
	for (u32 i = 0; i < count; i++)
		bad |= slot_copy_to(TABLE_OF(i), SLOT_OF(i), object, RIGHT_ALL);
	WINDOW_OPEN(revoke_many);
	bad |= slot_revoke(object);
	WINDOW_CLOSE(revoke_many);
	sample_once("revoke_many", ROW_revoke_many);
	bad |= slot_revoke(memory);
	CHECK(!bad && children_of(object) == 0);
}

/* Calls rdi without a stack. After it wakes, it waits in a place where it never runs. */
__asm__("	.text\n"
	"caller_without_stack:\n"
	"	xor %eax, %eax\n"
	"	syscall\n"
	"1:	pause\n"
	"	jmp 1b\n");
extern const char caller_without_stack[];

static void finisher(u64 notification)
{
	fast_signal(notification);
}

static u64 start_waiter(u32 i, cap_t ep)
{
	cap_t at = table[TABLES - 1]; /* an empty slot here */
	u64 bad = retype(memory, CAP_THREAD, 0, at, 1);

	bad |= CONFIGURE(at, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE);
	bad |= thread_set_priority(at, 2);
	bad |= thread_start_at(at, (u64)caller_without_stack, 0, ep);
	return bad | slot_move_to(TABLE_OF(i), SLOT_OF(i), at);
}

static void wake_many(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	cap_t done = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);
	u32 count = sized(WAITERS);
	u64 bad = 0, bits;

	make_tables(count);
	for (u32 i = 0; i < count; i++)
		bad |= start_waiter(i, ep);
	kit_thread(finisher, done, 1); /* runs when all of them wait */
	fast_wait(done, &bits);
	WINDOW_OPEN(wake_many);
	bad |= slot_delete(ep);
	WINDOW_CLOSE(wake_many);
	sample_once("wake_many", ROW_wake_many);
	CHECK(!bad);

	WINDOW_OPEN(end_many);
	bad |= slot_revoke(memory);
	WINDOW_CLOSE(end_many);
	sample_once("end_many", ROW_end_many);
	CHECK(!bad);
}

/* One page off: else each run would be a single entry of level 2. */
#define RUN_ADDRESS(i) ((1ul << 30) + PAGE_SIZE + (i) * FRAME_MAX_PAGES * PAGE_SIZE)

static void map_much(cap_t space, cap_t frame)
{
	u32 count = sized(SPACE_RUNS);

	for (u64 i = 0; i < count; i++) {
		cap_t copy = kit_slot();
		EXPECT(OK, slot_copy(copy, frame, RIGHT_ALL));
		EXPECT(OK, space_map(space, copy, RUN_ADDRESS(i), RIGHT_READ, 0));
	}
}

static void unmap_much(void)
{
	cap_t space = kit_make(CAP_ADDRESS_SPACE, 0), frame = kit_make(CAP_FRAME, FRAME_MAX_PAGES);

	map_much(space, frame);
	WINDOW_OPEN(unmap_much);
	u64 bad = slot_revoke(frame);
	WINDOW_CLOSE(unmap_much);
	sample_once("unmap_much", ROW_unmap_much);

	map_much(space, frame);
	WINDOW_OPEN(end_space);
	bad |= slot_delete(space);
	WINDOW_CLOSE(end_space);
	sample_once("end_space", ROW_end_space);
	CHECK(!bad);
}

static void make_much(void)
{
	cap_t first = kit_slots(NEW_RUNS);
	u32 count = sized(NEW_RUNS);

	WINDOW_OPEN(make_frames);
	u64 bad = retype(memory, CAP_FRAME, FRAME_MAX_PAGES, first, count);
	WINDOW_CLOSE(make_frames);
	sample_once("make_frames", ROW_make_frames);
	bad |= slot_revoke(memory);
	CHECK(!bad);
}

void bench_extremes(void)
{
	for (u32 i = 0; i < TABLES; i++)
		table[i] = kit_slot();
	memory = kit_slot();
	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, MEMORY, memory, 1));
	revoke_many();
	wake_many();
	make_much();
	unmap_much();
}

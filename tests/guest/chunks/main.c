/*
 * A pool of chunks as a process server uses it: memory is mapped and unmapped, and threads are created and joined, as often as a
 * program likes, in memory that stays the same.
 */
#include "tests/guest/chunks/chunks.h"
#include "lib/chunks/chunks.h"
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "tests/random.h"

#define LEAST PAGE_SIZE
#define LEVELS 9u
#define ALL (LEAST << (LEVELS - 1))
#define TIMES 100000u
#define PLACE 0x500000000000ul
#define LIVE 16u /* mappings, or threads, at once */
#define MOST_PAGES 8ul
#define ROOM (2 * MOST_PAGES * PAGE_SIZE) /* of addresses for each */

static u8 state[1u << LEVELS];
static struct chunks pool;
static struct live {
	cap_t chunk; /* 0: none */
	cap_t frame, thread;
	u64 address;
} live[LIVE];
static cap_t ended; /* a thread's last act is a signal to it */
static u64 dice_state = 20261126;

static u32 dice(u32 sides)
{
	return (u32)(random_next(&dice_state) % sides);
}

static void prepare(void)
{
	pool = (struct chunks){
		.cnode = ROOT_CNODE,
		.first = kit_slots((u32)chunks_slots(LEVELS)),
		.least = LEAST,
		.levels = LEVELS,
		.state = state};
	EXPECT(OK, retype(kit_untyped(), CAP_UNTYPED, ALL, pool.first, 1));
	chunks_begin(&pool);
	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), ROOT_SPACE, PLACE, level));
	for (u32 i = 0; i < LIVE; i++)
		live[i] = (struct live){
			.frame = kit_slot(), .thread = kit_slot(), .address = PLACE + i * ROOM};
	ended = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);
}

/* All is given back: the pool is a whole again, and nothing else of the test's memory has been used. */
static void check_end(u64 used)
{
	cap_t whole = 0;

	for (u32 i = 0; i < LIVE; i++)
		if (live[i].chunk)
			EXPECT(OK, chunks_give(&pool, live[i].chunk));
	EXPECT_U64(ALL, chunks_free(&pool));
	EXPECT(OK, chunks_take(&pool, ALL, &whole));
	EXPECT_U64(pool.first, whole);
	EXPECT_U64(0, used_of(whole));
	EXPECT_U64(used, used_of(kit_untyped()));
}

/* Chunks of all sizes lie side by side, and each is what it should be. */
void test_split_and_joined(void)
{
	cap_t chunk[LEVELS], least, other;
	struct untyped_info_result info = {0};
	u64 used;

	prepare();
	used = used_of(kit_untyped());
	for (u32 i = 1; i < LEVELS; i++) {
		EXPECT(OK, chunks_take(&pool, LEAST << (i - 1), &chunk[i]));
		EXPECT(OK, untyped_info(chunk[i], &info));
		EXPECT_U64(LEAST << (i - 1), info.bytes);
	}
	EXPECT_U64(LEAST, chunks_free(&pool));
	EXPECT(OK, chunks_take(&pool, 1, &least));
	EXPECT(ERR_MEMORY, chunks_take(&pool, 1, &other));
	for (u32 i = 1; i < LEVELS; i++)
		EXPECT(OK, chunks_give(&pool, chunk[i]));
	EXPECT(ERR_MEMORY, chunks_take(&pool, ALL, &other));
	EXPECT(OK, chunks_take(&pool, ALL / 2, &other));
	EXPECT(OK, chunks_give(&pool, least));
	EXPECT(OK, chunks_give(&pool, other));
	check_end(used);
}

static void give(struct live *l)
{
	EXPECT(OK, chunks_give(&pool, l->chunk));
	l->chunk = 0;
}

/* Pages of its chunk, at its address. */
static void map(const struct live *l, u64 pages)
{
	EXPECT(OK,
	       untyped_map_frame(
		       l->chunk,
		       &(struct untyped_map_frame){
			       .pages = pages,
			       .cnode = ROOT_CNODE,
			       .index = l->frame,
			       .address_space = ROOT_SPACE,
			       .address = l->address,
			       .rights = RIGHT_READ | RIGHT_WRITE}));
}

static void map_one(struct live *l)
{
	u64 pages = 1 + dice(MOST_PAGES);

	EXPECT(OK, chunks_take(&pool, pages * PAGE_SIZE, &l->chunk));
	map(l, pages);
	volatile u64 *last = (u64 *)(l->address + pages * PAGE_SIZE) - 1;
	EXPECT_U64(0, *last);
	*last = ~0ul;
}

void test_mapped_and_unmapped(void)
{
	u64 used, begun = now();

	prepare();
	used = used_of(kit_untyped());
	for (u32 maps = 0; maps < TIMES;) {
		struct live *l = &live[dice(LIVE)];

		if (l->chunk) {
			give(l);
			continue;
		}
		map_one(l);
		maps++;
	}
	check_end(used);
	kit_report("%s: %u times, %lu instructions each", kit_test, TIMES, (now() - begun) / TIMES);
}

static void work(u64 of)
{
	struct live *l = (struct live *)of;

	*(volatile u64 *)l->address = of;
	ipc(SYS_SIGNAL, ended, &(struct message){0});
	for (;;)
		kit_yield();
}

/* A thread and its stack are one chunk. */
static void create(struct live *l)
{
	EXPECT(OK, chunks_take(&pool, 2 * PAGE_SIZE, &l->chunk));
	map(l, 1);
	EXPECT(OK, retype(l->chunk, CAP_THREAD, 0, l->thread, 1));
	EXPECT(OK, CONFIGURE(l->thread, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_set_priority(l->thread, KIT_PRIORITY - 1));
	EXPECT(OK,
	       thread_start_at(l->thread, (u64)work, l->address + PAGE_SIZE - sizeof(u64), (u64)l));
}

static void join(struct live *l)
{
	EXPECT(OK, ipc(SYS_WAIT, ended, &(struct message){0}));
	EXPECT_U64((u64)l, *(volatile u64 *)l->address);
	give(l);
}

void test_created_and_joined(void)
{
	u64 used, begun = now();

	prepare();
	used = used_of(kit_untyped());
	for (u32 i = 0; i < TIMES; i++) {
		struct live *l = &live[i % LIVE];

		create(l);
		join(l);
	}
	check_end(used);
	kit_report("%s: %u times, %lu instructions each", kit_test, TIMES, (now() - begun) / TIMES);
}

KIT_MAIN(CHUNKS_TESTS)

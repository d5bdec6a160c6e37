/*
 * lib/chunks on the host: chunks are taken and given back at random, and each is held against a list of those that are
 * taken. The kernel's two methods are here, with its own rules: an Untyped is cut from its beginning, and is free again as
 * a whole when it has no children.
 */
#include "lib/chunks/chunks.h"
#include "lib/microk/method.h"
#include "tests/host/check.h"

#define FIRST 100u
#define LEVELS 8u
#define SLOTS ((1u << LEVELS) - 1)
#define LEAST 0x2000ul
#define ALL (LEAST << (LEVELS - 1))
#define CNODE 7u
#define ROUNDS 200000

/* The Untypeds, by slot. */
static struct untyped {
	u64 start, bytes, used;
	u32 parent; /* 0: the pool's memory */
	bool is_there;
} made[SLOTS];
static u32 made_of[SLOTS]; /* children */
static u64 calls;
static enum microk_status fails; /* the next call; OK: it does not */

static void end_children(u32 n)
{
	for (u32 i = 0; i < SLOTS; i++)
		if (made[i].is_there && i && made[i].parent == n) {
			end_children(i);
			made[i].is_there = false;
			made_of[n]--;
		}
}

static enum microk_status cut(struct untyped *from, u64 bytes, u64 index, u64 count)
{
	u32 parent = (u32)(from - made);

	if (!made_of[parent])
		from->used = 0;
	if (from->used + count * bytes > from->bytes)
		return ERR_MEMORY;
	for (u64 i = 0; i < count; i++) {
		CHECK(index + i >= FIRST && index + i < FIRST + SLOTS);
		struct untyped *u = &made[index + i - FIRST];

		CHECK(!u->is_there);
		*u = (struct untyped){from->start + from->used, bytes, 0, parent, true};
		from->used += bytes;
		made_of[parent]++;
	}
	return OK;
}

enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count,
			       struct message *result)
{
	enum microk_status status = fails;

	(void)count;
	calls++;
	fails = OK;
	if (status != OK)
		return status;
	if (cap == CNODE && label == CNODE_NEXT) {
		u64 at = words[0];

		while (at < FIRST + SLOTS && !made[at - FIRST].is_there)
			at++;
		*result = (struct message){.word = {at < FIRST + SLOTS ? at : 0}};
		return OK;
	}
	if (cap == CNODE) {
		CHECK(label == CNODE_REVOKE && made[words[0] - FIRST].is_there);
		end_children((u32)(words[0] - FIRST));
		return OK;
	}
	CHECK(label == UNTYPED_RETYPE && made[cap - FIRST].is_there);
	CHECK(words[0] == CAP_UNTYPED && words[2] == CNODE);
	return cut(&made[cap - FIRST], words[1], words[3], words[4]);
}

static u8 state[SLOTS + 1]; /* the last must stay as it is */
static struct chunks pool = {
	.cnode = CNODE, .first = FIRST, .least = LEAST, .levels = LEVELS, .state = state};

static void begin(void)
{
	memset(made, 0, sizeof(made));
	memset(made_of, 0, sizeof(made_of));
	memset(state, 0xee, sizeof(state));
	made[0] = (struct untyped){.start = 0x100000, .bytes = ALL, .is_there = true};
	chunks_begin(&pool);
	CHECK(chunks_slots(LEVELS) == SLOTS && state[SLOTS] == 0xee && chunks_free(&pool) == ALL);
}

/* ---- at random, against a list ---- */
static cap_t taken[SLOTS];
static u64 asked[SLOTS];
static u32 taken_count;
static u64 taken_bytes, dice_state = 20261126;

static u64 dice(void)
{
	return random_next(&dice_state);
}

/* The smallest chunk of at least this number of bytes. */
static u64 size_for(u64 bytes)
{
	u64 size = LEAST;

	while (size < bytes)
		size *= 2;
	return size;
}

/* Whether a run of this size, aligned to it, has nothing taken in it: then the pool must find one. */
static bool is_room(u64 size)
{
	for (u64 at = made[0].start; at < made[0].start + ALL; at += size) {
		bool is_free = true;

		for (u32 i = 0; i < taken_count; i++) {
			const struct untyped *u = &made[taken[i] - FIRST];
			is_free = is_free && (u->start + u->bytes <= at || at + size <= u->start);
		}
		if (is_free)
			return true;
	}
	return false;
}

static void check_new(cap_t slot, u64 bytes)
{
	const struct untyped *new = &made[slot - FIRST];

	CHECK(new->is_there &&new->bytes == size_for(bytes) && !made_of[slot - FIRST]);
	CHECK((new->start - made[0].start) % new->bytes == 0);
	for (u32 i = 0; i < taken_count; i++) {
		const struct untyped *u = &made[taken[i] - FIRST];
		CHECK(u->is_there &&
		      (u->start + u->bytes <= new->start || new->start + new->bytes <= u->start));
	}
}

static void take_one(void)
{
	u64 bytes = 1 + dice() % (LEAST << dice() % LEVELS);
	cap_t slot = 0;
	bool room = is_room(size_for(bytes));

	fails = dice() % 16 ? OK : ERR_OCCUPIED;
	enum microk_status status = chunks_take(&pool, bytes, &slot);
	if (status == ERR_OCCUPIED) { /* the kernel's, and nothing was taken */
		CHECK(chunks_free(&pool) == ALL - taken_bytes);
		return;
	}
	fails = OK;
	CHECK(status == (room ? OK : ERR_MEMORY));
	if (status != OK)
		return;
	check_new(slot, bytes);
	asked[taken_count] = size_for(bytes);
	taken_bytes += asked[taken_count];
	taken[taken_count++] = slot;
}

static void give_one(void)
{
	u32 i = (u32)(dice() % taken_count);
	cap_t slot = taken[i];

	fails = dice() % 16 ? OK : ERR_CAP;
	bool failed = fails != OK;
	CHECK(chunks_give(&pool, slot) == (failed ? ERR_CAP : OK));
	if (failed)
		return;
	CHECK(chunks_give(&pool, slot) == ERR_ARG); /* twice */
	taken_bytes -= asked[i];
	taken[i] = taken[--taken_count];
	asked[i] = asked[taken_count];
}

/* A half of a chunk in which nothing is taken: a join that was cut off has deleted the other one. */
static void cut_off_join(void)
{
	for (u32 n = 1; 2 * n < SLOTS; n++) {
		const struct untyped *u = &made[n - 1], *half = &made[2 * n - 1];
		bool is_used = !u->is_there || !half->is_there;

		for (u32 i = 0; i < taken_count; i++) {
			const struct untyped *t = &made[taken[i] - FIRST];
			is_used |= t->start < u->start + u->bytes && t->start + t->bytes > u->start;
		}
		if (is_used)
			continue;
		end_children(2 * n - 1);
		made[2 * n - 1].is_there = false;
		made_of[n - 1]--;
		return;
	}
}

/* Another instance has the kernel's chunks and the list of those in use, and no byte of state. */
static void take_over(void)
{
	memset(state, 0xee, SLOTS);
	if (dice() % 2)
		cut_off_join();
	fails = OK;
	CHECK(chunks_find(&pool) == OK);
	for (u32 i = 0; i < taken_count; i++)
		CHECK(chunks_keep(&pool, taken[i]) == OK);
	CHECK(chunks_keep(&pool, FIRST - 1) == ERR_ARG &&
	      chunks_keep(&pool, FIRST + SLOTS) == ERR_ARG);
	CHECK(chunks_settle(&pool) == OK);
	CHECK(chunks_free(&pool) == ALL - taken_bytes);
	for (u32 i = 0; i < taken_count; i++)
		CHECK(made[taken[i] - FIRST].is_there);
}

static void test_at_random(void)
{
	begin();
	for (u32 i = 0; i < ROUNDS; i++) {
		/* Now more is taken, now more is given. */
		if (!taken_count || dice() % 16 < (i / 1000 % 2 ? 10 : 6))
			take_one();
		else
			give_one();
		if (dice() % 64 == 0)
			take_over();
		CHECK(chunks_free(&pool) == ALL - taken_bytes);
	}
	while (taken_count)
		give_one();
	cap_t whole = 0;
	CHECK(chunks_take(&pool, ALL, &whole) == OK && whole == FIRST && chunks_free(&pool) == 0);
	CHECK(state[SLOTS] == 0xee);
}

/* A program that takes and gives one size makes the kernel split nothing. */
static void test_one_size_costs_one_call(void)
{
	cap_t slot = 0, same = 0;

	begin();
	CHECK(chunks_take(&pool, LEAST, &slot) == OK && chunks_give(&pool, slot) == OK);
	calls = 0;
	for (u32 i = 0; i < 1000; i++) {
		CHECK(chunks_take(&pool, LEAST, &same) == OK && same == slot);
		CHECK(chunks_give(&pool, same) == OK);
	}
	CHECK(calls == 1000);
}

static void test_arguments(void)
{
	cap_t slot = 77;

	begin();
	CHECK(chunks_take(&pool, 0, &slot) == ERR_ARG);
	CHECK(chunks_take(&pool, ALL + 1, &slot) == ERR_MEMORY);
	CHECK(chunks_take(&pool, ~0ul, &slot) == ERR_MEMORY);
	CHECK(chunks_give(&pool, FIRST) == ERR_ARG && chunks_give(&pool, FIRST - 1) == ERR_ARG);
	CHECK(chunks_give(&pool, FIRST + SLOTS) == ERR_ARG && chunks_give(&pool, 0) == ERR_ARG);
	CHECK(slot == 77);
	CHECK(chunks_take(&pool, 1, &slot) == OK && chunks_take(&pool, ALL, &slot) == ERR_MEMORY);
}

int main(void)
{
	test_arguments();
	test_one_size_costs_one_call();
	test_at_random();
	return check_result("chunks");
}

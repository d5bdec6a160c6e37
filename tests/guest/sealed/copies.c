/*
 * FRAME_COPY is interrupted in the middle: a client takes back the Frame that it has lent, or another mapping forbids the rest. A
 * much less urgent thread makes the call, as a server, so each return from a nap is in the middle of it.
 */
#include "lib/microk/memory.h"
#include "tests/guest/kit/method.h"
#include "tests/guest/sealed/sealed.h"

#define PAGES 500ul
#define BYTES (PAGES * PAGE_SIZE)
#define WORDS (BYTES / sizeof(u64))
#define CODE_PLACE 0x300000000000ul

/* The client's Frames, which it has mapped, and the server's capabilities to them. */
static struct lent {
	cap_t frame, lent;
	volatile u64 *words;
} to, from;
static struct message answer;

static void make(struct lent *f)
{
	void *address = NULL;

	f->frame = kit_make(CAP_FRAME, PAGES);
	EXPECT(OK, window_map(f->frame, PAGES, RIGHT_READ | RIGHT_WRITE, 0, &address));
	f->lent = copy_of(f->frame, RIGHT_READ | RIGHT_WRITE);
	f->words = address;
}

static enum microk_status copy_all(void)
{
	return RAW_METHOD_RESULT(&answer, to.lent, FRAME_COPY, 0, from.lent, 0, BYTES);
}

static u64 count_copied(void)
{
	u64 n = 0;

	while (n < WORDS && to.words[n] == ~n)
		n++;
	return n;
}

/* Returns in the middle of the copy. */
static struct kit_thread copy_in_the_middle(void)
{
	for (u64 i = 0; i < WORDS; i++) {
		from.words[i] = ~i;
		to.words[i] = 0;
	}
	struct kit_thread t = begin(copy_all);
	for (u32 i = 0; !to.words[0] && !done && i < NAPS; i++)
		nap(20);
	CHECK(to.words[0] && !to.words[WORDS - 1] && !done);
	return t;
}

/* The call has ended with this error, and has copied what it had copied when it was interrupted: its words name the rest. */
static void expect_part(enum microk_status wanted, u64 copied)
{
	finish();
	EXPECT(wanted, status);
	EXPECT_U64(copied, count_copied());
	EXPECT_U64(copied * sizeof(u64), answer.word[0]);
	EXPECT_U64(from.lent, answer.word[1]);
	EXPECT_U64(copied * sizeof(u64), answer.word[2]);
	EXPECT_U64(BYTES - copied * sizeof(u64), answer.word[3]);
	for (u64 i = copied; i < WORDS; i++)
		if (to.words[i]) {
			kit_fail(__FILE__, __LINE__, "word %lu was copied, too", i);
			break;
		}
}

static void prepare(void)
{
	make(&to);
	make(&from);
}

void test_copy_ends_with_its_source(void)
{
	prepare();
	copy_in_the_middle();
	u64 copied = count_copied();
	EXPECT(OK, slot_revoke(from.frame));
	expect_part(ERR_CAP, copied);
	from.lent = copy_of(from.frame, RIGHT_READ);
	copy_in_the_middle();
	copied = count_copied();
	EXPECT(OK, slot_delete(from.lent));
	expect_part(ERR_CAP, copied);
}

void test_copy_ends_with_its_destination(void)
{
	prepare();
	copy_in_the_middle();
	u64 copied = count_copied();
	EXPECT(OK, slot_revoke(to.frame));
	expect_part(ERR_CAP, copied);
}

/* Neither the interrupt nor the end of the source's mapping changes anything. */
void test_copy_goes_on(void)
{
	prepare();
	copy_in_the_middle();
	EXPECT(OK, frame_unmap(from.frame));
	finish();
	EXPECT(OK, status);
	EXPECT_U64(WORDS, count_copied());
}

/* A Frame that is executed here is written by no copy of ours: mapped writable it could not be either. */
void test_copy_writes_nothing_executed(void)
{
	cap_t code = kit_make(CAP_FRAME, 1), again = copy_of(code, RIGHT_ALL),
	      data = kit_make(CAP_FRAME, 1);
	cap_t other = kit_make(CAP_ADDRESS_SPACE, 0);
	u32 rx = RIGHT_READ | RIGHT_EXEC;

	for (u64 level = 3; level >= 1; level--)
		EXPECT(OK, table_map_at(kit_make(CAP_PAGE_TABLE, 0), other, CODE_PLACE, level));
	EXPECT(OK, frame_copy_to(code, 0, data, 0, PAGE_SIZE));
	EXPECT(OK, space_map(ROOT_SPACE, code, CODE_PLACE, rx, 0));
	EXPECT(ERR_RIGHTS, frame_copy_to(code, 0, data, 0, 1));
	EXPECT(ERR_RIGHTS, frame_copy_to(again, 0, data, 0, 1));
	EXPECT(OK, frame_copy_to(data, 0, again, 0, PAGE_SIZE));
	/* Executed there and here; only there; nowhere. */
	EXPECT(OK, frame_map_at(again, other, CODE_PLACE, rx));
	EXPECT(ERR_RIGHTS, frame_copy_to(code, 0, data, 0, 1));
	EXPECT(OK, frame_unmap(again));
	EXPECT(OK, frame_unmap(code));
	EXPECT(OK, frame_map_at(again, other, CODE_PLACE, rx));
	EXPECT(OK, frame_copy_to(again, 0, data, 0, 1));
	/* It becomes code in the middle of a copy. */
	prepare();
	EXPECT(OK, frame_unmap(to.frame));
	EXPECT(OK, space_map(ROOT_SPACE, to.frame, (u64)to.words, RIGHT_READ | RIGHT_WRITE, 0));
	copy_in_the_middle();
	u64 copied = count_copied();
	EXPECT(OK, frame_unmap(to.frame));
	EXPECT(OK, space_map(ROOT_SPACE, to.frame, (u64)to.words, rx, 0));
	expect_part(ERR_RIGHTS, copied);
}

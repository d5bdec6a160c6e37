/*
 * A million random calls in a task that holds capabilities of every kind, its own CSpace, address space and
 * threads among them. It can destroy its own objects only: the supervisor keeps getting answers, gets all
 * memory back by one revoke, and makes the next victim of it. After each round the results are checked: only
 * documented statuses, and never a kernel address.
 *
 * The command line's `seed=` repeats a run, `calls=` makes it longer or shorter.
 */
#include "tests/guest/bad/tests.h"
#include "tests/guest/bad/victim.h"
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "lib/microk/string.h"

#define CALLS 1000000ul
#define KERNEL_HALF 0xffff800000000000ul

static void fill_batches(struct victim *v)
{
	for (u32 i = 0; i < VICTIMS; i++) {
		struct batch *b = v->batch[i];
		b->count = 20 + random_below(BATCH_CALLS - 20);
		b->budget = 3 * b->count;
		b->done = b->broken = 0;
		for (u64 k = 0; k < b->count; k++)
			random_call(v, &b->record[k]);
		for (u32 k = 0; k < MSG_CAPS; k++) {
			v->buffer[i]->send_caps[k] = (u32)random_below(VICTIM_FIRST_FREE);
			v->buffer[i]->recv_caps[k] =
				(u32)(VICTIM_FIRST_FREE +
				      random_below(VICTIM_SLOTS - VICTIM_FIRST_FREE));
		}
		v->buffer[i]->deadline =
			random_below(2) ? now() + random_below(1 << 20) : random_below(1ul << 40);
	}
}

/* The statuses that the kernel may return: its own, up to the protocol errors, and those of a
 * receive. */
static bool is_kernel_status(u8 s)
{
	return s <= ERR_LIMIT || s == ST_CLOSED || s == ST_NOTIFIED;
}

static void check_record(const struct record *r, u64 round, u64 at)
{
	if (!is_kernel_status(TAG_STATUS(r->tag)))
		kit_fail(__FILE__, __LINE__,
			 "round %lu, call %lu: a status that does not exist: tag 0x%lx, cap 0x%lx, "
			 "words 0x%lx 0x%lx 0x%lx",
			 round, at, r->tag, r->cap, r->word[0], r->word[1], r->word[2]);
	const u64 *value = &r->cap;
	for (u32 i = 0; i < 9; i++)
		if (value[i] >= KERNEL_HALF && !random_may_pass(value[i]))
			kit_fail(__FILE__, __LINE__, "round %lu: a kernel address came back: 0x%lx",
				 round, value[i]);
}

static u64 counts[256];

static u64 check_batches(const struct victim *v, u64 round)
{
	u64 done = 0;

	for (u32 i = 0; i < VICTIMS; i++) {
		const struct batch *b = v->batch[i];
		for (u64 k = 0; k < b->done && k < b->count; k++) {
			check_record(&b->record[k], round, k);
			counts[TAG_STATUS(b->record[k].tag)]++;
		}
		done += b->done;
	}
	return done;
}

/* Something of the supervisor's own, that no victim holds: it must stay as it is. */
static u64 fingerprint(void)
{
	u64 sum = 0;

	for (cap_t s = 1; s < ROOT_UNTYPED; s++) {
		struct cnode_describe_result d = kit_describe(s);
		const u64 words[] = {
			d.type, d.rights, d.value, d.object_identity, d.size, d.slot_identity};

		for (u32 i = 0; i < ARRAY_LEN(words); i++)
			sum = sum * 31 + words[i];
	}
	return sum;
}

void test_random_calls(void)
{
	u64 seed = command_number("seed=", now() % 1000000000),
	    wanted = command_number("calls=", CALLS), done = 0, round = 0;
	static struct victim v;

	random_state = seed * 0x9e3779b97f4a7c15 + 1;
	kit_report("INFO random_calls: seed=%lu calls=%lu", seed, wanted);
	victim_prepare(&v);
	u64 before = fingerprint();
	while (done < wanted && !kit_failures_here()) {
		victim_make(&v);
		fill_batches(&v);
		victim_run(&v);
		victim_destroy(&v);
		done += check_batches(&v, round++);
		if (round % 64 == 0)
			EXPECT_U64(before, fingerprint());
	}
	EXPECT_U64(before, fingerprint());
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
	kit_report("INFO random_calls: %lu calls by %lu victims", done, round);
	for (u32 s = 0; s < 256; s++)
		if (counts[s])
			kit_report("INFO random_calls: %lu times %s", counts[s], status_name(s));
	if (kit_failures_here())
		kit_report("INFO random_calls: repeat it with seed=%lu", seed);
}

/*
 * Two threads of one program use the library at once. A third, more urgent, takes the processor from them at random
 * moments and makes the other one run: every pair of instructions of theirs can have the other's between them.
 */
#include "lib/microk/heap.h"
#include "lib/microk/lock.h"
#include "lib/microk/memory.h"
#include "lib/microk/message.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/stub.h"
#include "lib/microk/thread.h"
#include "lib/microk/util.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/short.h"

#define SERVER 40
#define CLOCK 50
#define HIGH 30
#define LOW 20

/* ---- Two threads and the clock that switches between them ---- */

struct worker {
	u64 number; /* 0, 1 */
	void (*work)(struct worker *w);
	cap_t thread;
	u32 wrong;
	volatile bool done;
	u64 random;
};

static struct worker workers[2];
static u64 switches;
static cap_t never; /* a Notification that none signals */

static u64 random_next(u64 *state)
{
	*state = *state * 6364136223846793005ul + 1442695040888963407ul;
	return *state >> 33;
}

static void work(u64 number)
{
	struct worker *w = &workers[number];

	w->work(w);
	w->done = true;
}

static void sleep_until(u64 tsc)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = tsc;
	EXPECT(ERR_DEADLINE, ipc(SYS_WAIT, never, &m));
}

static void priority_set(cap_t thread, u64 priority)
{
	EXPECT(OK, thread_set_priority(thread, priority));
}

/* Makes now one, now the other the more urgent, until both are done. */
static void switch_about(u64 seed)
{
	u64 random = seed;

	switches = 0;
	for (u32 other = 0; !workers[0].done || !workers[1].done; other ^= 1) {
		sleep_until(tsc_read() + 300 + random_next(&random) % 9000);
		priority_set(workers[other].thread, HIGH);
		priority_set(workers[!other].thread, LOW);
		switches++;
	}
}

static void kit_priority(u64 priority)
{
	EXPECT(OK,
	       thread_priority(
		       ROOT_THREAD,
		       &(struct thread_priority){.priority = priority, .limit = PRIORITIES - 1}));
}

static void run_both(void (*what)(struct worker *w), u32 least_switches)
{
	struct kit_thread clock;

	never = kit_make(CAP_NOTIFICATION, 0);
	for (u32 i = 0; i < 2; i++)
		workers[i] = (struct worker){.number = i, .work = what, .random = 77 + i};
	for (u32 i = 0; i < 2; i++)
		workers[i].thread = kit_thread(work, i, LOW).thread;
	clock = kit_thread(switch_about, 20261126, CLOCK);
	/* From here on this thread is less urgent than all of them, so they end before it goes on. */
	kit_priority(LOW - 1);
	KIT_UNTIL(kit_state(clock) == THREAD_STOPPED);
	kit_priority(KIT_PRIORITY);
	CHECK(workers[0].done && workers[1].done);
	EXPECT_U64(0, workers[0].wrong);
	EXPECT_U64(0, workers[1].wrong);
	if (switches < least_switches)
		kit_fail(__FILE__, __LINE__, "only %lu switches: the test shows nothing", switches);
}

/* ---- Long messages ---- */

#define LONG_BYTES 800
#define CALLS 400

static cap_t service_endpoint;

static bool is_all(const u8 *bytes, u8 value)
{
	for (u32 i = 0; i < LONG_BYTES; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

/* Returns each message with every byte's complement. The badge is the caller's number, as is each byte of its message. */
static void complementer(u64 ep)
{
	struct message m = {0};
	u8 bytes[LONG_BYTES];

	ipc(SYS_RECV, ep, &m);
	for (;;) {
		message_get(&m, 0, bytes, LONG_BYTES);
		for (u32 i = 0; i < LONG_BYTES; i++)
			bytes[i] = (u8)~bytes[i];
		message_put(&m, 0, bytes, LONG_BYTES);
		m.tag = TAG(0, MESSAGE_WORDS(LONG_BYTES));
		if (ipc(SYS_REPLY_RECV, ep, &m) != OK)
			return;
	}
}

static void call_long(struct worker *w)
{
	u8 bytes[LONG_BYTES];
	u64 numbers[2];

	for (u32 n = 0; n < CALLS; n++) {
		struct message m = {0};
		u8 value = (u8)(w->number * 100 + n % 100);

		numbers[0] = stub_number();
		memset(bytes, value, LONG_BYTES);
		message_put(&m, 0, bytes, LONG_BYTES);
		m.tag = TAG(0, MESSAGE_WORDS(LONG_BYTES));
		w->wrong += ipc(SYS_CALL, service_endpoint, &m) != OK;
		memset(bytes, 0, LONG_BYTES);
		message_get(&m, 0, bytes, LONG_BYTES);
		w->wrong += !is_all(bytes, (u8)~value);
		numbers[1] = stub_number();
		w->wrong += numbers[1] != numbers[0] + 1;
	}
}

static void test_long_calls_at_once(void)
{
	service_endpoint = kit_make(CAP_ENDPOINT, 0);
	kit_thread(complementer, service_endpoint, SERVER);
	run_both(call_long, 100);
}

/* ---- Slots ---- */

#define ROUNDS 40
#define HELD 150

static u8 owners[SLOTS_MAX]; /* of each slot: 0 none, else the worker's number + 1 */

static void take_and_give(struct worker *w)
{
	cap_t held[HELD];

	for (u32 round = 0; round < ROUNDS; round++) {
		for (u32 i = 0; i < HELD; i++) {
			held[i] = slot_alloc();
			w->wrong += !held[i] || __atomic_exchange_n(&owners[held[i]], w->number + 1,
								    __ATOMIC_SEQ_CST) != 0;
		}
		for (u32 i = HELD; i-- > 0;) {
			u32 at = (u32)(random_next(&w->random) % (i + 1));
			cap_t slot = held[at];

			held[at] = held[i];
			w->wrong += __atomic_exchange_n(&owners[slot], 0, __ATOMIC_SEQ_CST) !=
				    w->number + 1;
			slot_free(slot);
		}
	}
}

/* Every slot that was taken and not freed holds a capability, so none was lost. */
static u32 empty_slots(void)
{
	u32 count = 0;

	for (cap_t slot = 160; slot < SLOTS_MAX; slot++)
		count += type_of(slot) == CAP_NULL;
	return count;
}

static void test_slots_at_once(void)
{
	cap_t lowest;

	memset(owners, 0, sizeof(owners));
	run_both(take_and_give, 100);
	EXPECT_U64(empty_slots(), slots_free_count());
	lowest = slot_alloc();
	slot_free(lowest);
	EXPECT_U64(lowest, slot_alloc());
}

/* All slots are taken, one by one, and each can be taken again after it was freed. */
static void test_slots_run_out(void)
{
	u32 count = slots_free_count();
	cap_t first = slot_alloc(), last = 0;

	for (u32 i = 1; i < count; i++) {
		cap_t slot = slot_alloc();

		CHECK(slot > last && slot != first);
		last = slot;
	}
	EXPECT_U64(0, slot_alloc());
	slot_free(last);
	EXPECT_U64(last, slot_alloc());
	slot_free(first);
	EXPECT_U64(first, slot_alloc());
	EXPECT_U64(0, slot_alloc());
	for (cap_t slot = first; slot <= last; slot++)
		slot_free(slot);
	EXPECT_U64(count, slots_free_count());
}

/* ---- Memory ---- */

#define BLOCKS 24

static void alloc_and_free(struct worker *w)
{
	u8 *blocks[BLOCKS] = {0};
	u32 bytes[BLOCKS];

	for (u32 n = 0; n < 1200; n++) {
		u32 i = (u32)(random_next(&w->random) % BLOCKS);

		if (blocks[i]) {
			for (u32 k = 0; k < bytes[i]; k++)
				w->wrong += blocks[i][k] != w->number + 1;
			heap_free(blocks[i]);
			blocks[i] = NULL;
			continue;
		}
		bytes[i] = 1 + (u32)(random_next(&w->random) % 200);
		blocks[i] = heap_alloc(bytes[i]);
		w->wrong += !blocks[i];
		if (blocks[i])
			memset(blocks[i], (u8)(w->number + 1), bytes[i]);
	}
	for (u32 i = 0; i < BLOCKS; i++)
		heap_free(blocks[i]);
}

static void test_heap_at_once(void)
{
	size_t grown, used;

	run_both(alloc_and_free, 100);
	heap_usage(&grown, &used);
	EXPECT_U64(0, used);
}

/* Each page is a thread's own, at an address of its own. */
static void map_pages(struct worker *w)
{
	u64 *pages[300];

	for (u64 i = 0; i < ARRAY_LEN(pages); i++) {
		void *page = NULL;

		w->wrong += memory_make(1, NULL, &page) != OK;
		pages[i] = page;
		if (page)
			*pages[i] = i << 1 | w->number;
	}
	for (u64 i = 0; i < ARRAY_LEN(pages); i++)
		w->wrong += !pages[i] || *pages[i] != (i << 1 | w->number);
}

static void test_pages_at_once(void)
{
	run_both(map_pages, 20);
}

/* ---- Locks ---- */

static struct lock lock;
static volatile u64 counter, inside;

static void count_up(struct worker *w)
{
	for (u32 n = 0; n < 6000; n++) {
		lock_take(&lock);
		w->wrong += inside++ != 0;
		counter++;
		w->wrong += --inside != 0;
		lock_give(&lock);
	}
}

static void test_lock_excludes(void)
{
	counter = 0;
	run_both(count_up, 50);
	EXPECT_U64(2 * 6000, counter);
	CHECK(!lock.state);
}

static void take_lock(u64 mark)
{
	lock_take(&lock);
	counter = counter * 10 + mark;
	lock_give(&lock);
}

/* The holder is less urgent than the waiting threads. They sleep, so the holder can run and unlock. */
static void test_lock_lets_its_holder_run(void)
{
	struct kit_thread t[3];

	counter = 0;
	lock_take(&lock);
	for (u32 i = 0; i < 3; i++) {
		t[i] = kit_thread(take_lock, i + 1, 61);
		EXPECT_U64(THREAD_WAITING, kit_state(t[i]));
	}
	EXPECT_U64(0, counter);
	lock_give(&lock);
	for (u32 i = 0; i < 3; i++)
		KIT_UNTIL(kit_state(t[i]) == THREAD_STOPPED);
	/* In any order, but each once: the digits 1, 2 and 3. */
	CHECK(counter > 100 && counter < 400);
	EXPECT_U64(6, counter / 100 + counter / 10 % 10 + counter % 10);
	CHECK(!lock.state);
}

/* ---- Variables ---- */

static __thread u64 begins_filled = 0x1234567890abcdef;
static __thread u8 odd = 7;
static __thread u64 begins_empty[40] __attribute__((aligned(64)));

static void use_variables(struct worker *w)
{
	w->wrong += begins_filled != 0x1234567890abcdef || odd != 7 || (u64)begins_empty % 64 != 0;
	for (u32 i = 0; i < ARRAY_LEN(begins_empty); i++)
		w->wrong += begins_empty[i] != 0;
	begins_filled = w->number;
	for (u32 n = 0; n < 1000; n++) {
		for (u32 i = 0; i < ARRAY_LEN(begins_empty); i++)
			w->wrong += begins_empty[i]++ != n;
		w->wrong += begins_filled != w->number;
	}
}

static void test_thread_variables(void)
{
	CHECK(begins_filled == 0x1234567890abcdef && odd == 7 && !begins_empty[39]);
	begins_filled = 5;
	begins_empty[39] = 6;
	run_both(use_variables, 20);
	CHECK(begins_filled == 5 && odd == 7 && begins_empty[39] == 6);
	begins_filled = 0x1234567890abcdef;
	begins_empty[39] = 0;
}

/* ---- Beginning and ending ---- */

static void overflow(u64 depth)
{
	volatile u8 large[8192];

	large[0] = (u8)depth;
	if (large[0] == (u8)depth)
		overflow(depth + 1);
	large[1] = 0; /* not a tail call, whose frame would take the place of this one */
}

/* Below a stack is a gap: the thread faults there, and damages no other. */
static void test_stack_has_a_gap(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0),
	      faults = kit_mint(ep, RIGHT_WRITE | RIGHT_GRANT, 1, MINT_BADGE);
	struct message m;

	for (u32 i = 0; i < 2; i++) {
		struct thread_begun t;

		m = (struct message){0};
		EXPECT(OK, thread_begin(&(struct thread_plan){.entry = overflow,
							      .name = "a_name_of_16_by_and_more",
							      .priority = SERVER,
							      .fault_endpoint = faults},
					&t));
		EXPECT(OK, ipc(SYS_RECV, ep, &m));
		CHECK(TAG_LABEL(m.tag) == LABEL_FAULT && m.word[FAULT_VECTOR] == 14);
		CHECK(!memcmp(&m.word[FAULT_NAME0], "a_name_of_16_by_", 16));
		EXPECT(OK, thread_suspend(t.thread));
	}
}

static void nothing(u64 argument)
{
	(void)argument;
}

/* If a thread cannot be started, no object of it is left, whichever step failed. */
static void test_begin_fails_whole(void)
{
	const struct thread_plan good = {.entry = nothing, .priority = SERVER};
	struct thread_plan bad[] = {good, good, good};
	struct thread_begun t;
	cap_t memory = memory_untyped, all[SLOTS_MAX];
	u32 free, count = 0;

	EXPECT(OK, thread_begin(&good, &t)); /* the first thread can sleep from here on */
	free = slots_free_count();
	bad[0].entry = NULL;
	bad[1].stack_pages = THREAD_STACK_BYTES / PAGE_SIZE + 1;
	bad[2].priority = PRIORITIES;
	EXPECT(ERR_ARG, thread_begin(&bad[0], &t));
	EXPECT(ERR_ARG, thread_begin(&bad[1], &t));
	EXPECT(ERR_RANGE, thread_begin(&bad[2], &t));
	CHECK(!t.thread && !t.buffer);
	EXPECT_U64(free, slots_free_count());
	/* Memory for the stack's 16 pages, the buffer's and less than the objects need. */
	for (u32 pages = 1; pages < 18; pages++) {
		memory_untyped = kit_make(CAP_UNTYPED, pages * PAGE_SIZE);
		EXPECT(ERR_MEMORY, thread_begin(&good, &t));
		slot_drop(memory_untyped);
	}
	memory_untyped = memory;
	EXPECT_U64(free, slots_free_count());
	while ((all[count] = slot_alloc()) != 0)
		count++;
	for (u32 left = 0; left < 4; left++) {
		EXPECT(ERR_LIMIT, thread_begin(&good, &t));
		slot_free(all[--count]);
	}
	while (count)
		slot_free(all[--count]);
	EXPECT_U64(free, slots_free_count());
	EXPECT(OK, thread_begin(&good, NULL));
}

static const struct kit_test tests[] = {
	{"long_calls_at_once", test_long_calls_at_once},
	{"slots_at_once", test_slots_at_once},
	{"slots_run_out", test_slots_run_out},
	{"heap_at_once", test_heap_at_once},
	{"pages_at_once", test_pages_at_once},
	{"lock_excludes", test_lock_excludes},
	{"lock_lets_its_holder_run", test_lock_lets_its_holder_run},
	{"thread_variables", test_thread_variables},
	{"stack_has_a_gap", test_stack_has_a_gap},
	{"begin_fails_whole", test_begin_fails_whole},
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}

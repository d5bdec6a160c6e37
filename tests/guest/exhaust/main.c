/* A resource runs out or grows large: the result is an error, or bounded steps; and the kernel goes on.
 * Runs as the root task of a machine with 128 MiB. */
#include "tests/guest/kernel/short.h"
#include "lib/microk/memory.h"
#include "lib/microk/start.h"

#define MIB (1ul << 20)
#define MANY_THREADS 1000
#define DESCENDANTS 12000
#define PER_CNODE 4000
#define CNODES (DESCENDANTS / PER_CNODE)
#define NESTED 600
#define SPACES 3840 /* as many as 30 MiB hold, two pages each */

/* Memory beside the kit's, straight from the root's. */
static cap_t big(u64 bytes)
{
	cap_t at = kit_slot();

	EXPECT(OK, RETYPE(ROOT_UNTYPED, CAP_UNTYPED, bytes, at, 1));
	return at;
}

static void test_cnode_full(void)
{
	cap_t c = kit_make(CAP_CNODE, 16), n = kit_make(CAP_NOTIFICATION, 0),
	      ep = kit_make(CAP_ENDPOINT, 0);
	struct message m = {0};

	for (u64 i = 1; i < 16; i++)
		EXPECT(OK, METHOD(c, CNODE_COPY, i, ROOT_CNODE, n, RIGHT_ALL));
	for (u64 i = 0; i < 20; i++) {
		enum microk_status s = METHOD(c, CNODE_COPY, i, ROOT_CNODE, ep, RIGHT_ALL);
		CHECK(s == (i == 0 || i > 15 ? ERR_RANGE : ERR_OCCUPIED));
		s = METHOD(kit_untyped(), UNTYPED_RETYPE, CAP_REPLY, 0, c, i, 1);
		CHECK(s == (i == 0 || i > 15 ? ERR_RANGE : ERR_OCCUPIED));
	}
	EXPECT(OK, METHOD(c, CNODE_DELETE, 9));
	EXPECT(OK, METHOD(c, CNODE_COPY, 9, ROOT_CNODE, ep, RIGHT_ALL));
	EXPECT(OK, METHOD_RESULT(&m, c, CNODE_DESCRIBE, 9));
	EXPECT_U64(CAP_ENDPOINT, m.word[0]);
}

static void test_all_memory(void)
{
	u32 chunks = 0, again = 0;
	cap_t first = kit_slots(400);

	while (chunks < 400 && RETYPE(ROOT_UNTYPED, CAP_UNTYPED, MIB, first + chunks, 1) == OK)
		chunks++;
	CHECK(chunks > 50 && chunks < 400);
	EXPECT(ERR_MEMORY, RETYPE(ROOT_UNTYPED, CAP_UNTYPED, MIB, first + chunks, 1));
	/* The memory that was handed out can be used to its last page. */
	for (u32 i = 0; i < chunks; i++)
		EXPECT(OK, RETYPE(first + i, CAP_FRAME, 256, kit_slot(), 1));
	EXPECT(ERR_MEMORY, RETYPE(first, CAP_REPLY, 0, kit_slot(), 1));
	for (u32 i = 0; i < chunks; i++) {
		EXPECT(OK, REVOKE(first + i));
		EXPECT(OK, RETYPE(first + i, CAP_FRAME, 256, kit_slot(), 1));
		again++;
	}
	EXPECT_U64(chunks, again);
}

static u32 make_spaces(cap_t u, cap_t table, u32 from)
{
	enum microk_status s = OK;
	u32 n = from;

	while (n < 4095 && s == OK) {
		s = METHOD(u, UNTYPED_RETYPE, CAP_ADDRESS_SPACE, 0, table, n + 1, 1);
		n += s == OK;
	}
	EXPECT(ERR_MEMORY, s);
	return n - from;
}

static void test_address_spaces(void)
{
	cap_t u = big(30 * MIB), table = kit_make(CAP_CNODE, 4096);
	u32 made = make_spaces(u, table, 0);

	EXPECT_U64(SPACES, made);
	EXPECT(OK, REVOKE(u));
	EXPECT_U64(0, used_of(u));
	EXPECT_U64(made, make_spaces(u, table, 0));
	/* All of them by the end of the CNode that holds them. */
	EXPECT(OK, DELETE(table));
	EXPECT_U64(0, used_of(u));
	EXPECT(OK, RETYPE(u, CAP_ADDRESS_SPACE, 0, kit_slot(), 1));
}

/* ---- many threads ---- */
static cap_t target, first_thread;
static enum microk_syscall wait_by;
static volatile u32 started, ended[256];

static void waiter(u64 i)
{
	started++;
	for (;;) {
		struct message m = {0};
		ended[ipc(wait_by, target, &m)]++;
		METHOD(first_thread + i, THREAD_SUSPEND);
	}
}

static void make_threads(void)
{
	static void *stacks[MANY_THREADS / 8];
	cap_t first = kit_slots(MANY_THREADS);

	first_thread = first;
	for (u32 i = 0; i < MANY_THREADS; i++) {
		if (i % 8 == 0)
			EXPECT(OK, memory_make(1, NULL, &stacks[i / 8]));
		EXPECT(OK, RETYPE(kit_untyped(), CAP_THREAD, 0, first + i, 1));
		EXPECT(OK, METHOD(first + i, THREAD_CONFIGURE, ROOT_CNODE, ROOT_SPACE, 0, 0, 0));
		EXPECT(OK, METHOD(first + i, THREAD_PRIORITY, 10 + i % 40));
		EXPECT(OK, METHOD(first + i, THREAD_START, (u64)waiter,
				  (u64)stacks[i / 8] + (i % 8 + 1) * 512 - 8, i));
	}
}

/* Lets all that can run do so. */
static void let_run(void)
{
	EXPECT(OK, METHOD(ROOT_THREAD, THREAD_PRIORITY, 1, PRIORITIES - 1));
	EXPECT(OK, METHOD(ROOT_THREAD, THREAD_PRIORITY, 60, PRIORITIES - 1));
}

static void resume_all(enum microk_syscall by, cap_t on)
{
	wait_by = by;
	target = on;
	for (u32 i = 0; i < MANY_THREADS; i++)
		EXPECT(OK, METHOD(first_thread + i, THREAD_RESUME));
	for (u32 i = 0; i < 256; i++)
		ended[i] = 0;
	let_run();
}

static void test_many_threads(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), n = kit_make(CAP_NOTIFICATION, 0);
	struct message m = {0};

	started = 0;
	wait_by = SYS_CALL;
	target = ep;
	make_threads();
	let_run();
	EXPECT_U64(MANY_THREADS, started);
	/* Answered: each its own. */
	for (u32 i = 0; i < MANY_THREADS; i++) {
		m.tag = TAG_NONBLOCK;
		EXPECT(OK, ipc(SYS_RECV, ep, &m));
		EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
	}
	let_run();
	EXPECT_U64(MANY_THREADS, ended[OK]);
	/* Given up: all wake. (An endpoint that the test does not serve: it would inherit their priority.) */
	ep = kit_make(CAP_ENDPOINT, 0);
	resume_all(SYS_SEND, ep);
	EXPECT(OK, METHOD(ROOT_CNODE, CNODE_FAIL, ep));
	let_run();
	EXPECT_U64(MANY_THREADS, ended[ERR_GONE]);
	/* Destroyed under receivers, and a notification under waiters. */
	resume_all(SYS_RECV, ep);
	EXPECT(OK, DELETE(ep));
	let_run();
	EXPECT_U64(MANY_THREADS, ended[ERR_GONE]);
	resume_all(SYS_WAIT, n);
	EXPECT(OK, DELETE(n));
	let_run();
	EXPECT_U64(MANY_THREADS, ended[ERR_GONE]);
	/* The threads go while they wait. */
	n = kit_make(CAP_NOTIFICATION, 0);
	resume_all(SYS_WAIT, n);
	for (u32 i = 0; i < MANY_THREADS; i++)
		EXPECT(OK, DELETE(first_thread + (i * 7919) % MANY_THREADS));
	m = (struct message){0};
	EXPECT(OK, ipc(SYS_SIGNAL, kit_mint(n, RIGHT_ALL, 1, MINT_BADGE), &m));
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT_U64(1, m.badge);
}

/* ---- large trees; and that a revoke lets interrupts in ---- */
static cap_t tick_irq, tick_notification;
static volatile u32 ticks;

static void count_ticks(u64 a)
{
	(void)a;
	/* Until the Notification goes, at the test's end: a more urgent thread must not spin then. */
	while (ipc(SYS_WAIT, tick_notification, &(struct message){0}) == OK) {
		ticks++;
		METHOD(tick_irq, IRQ_ACK);
	}
}

/* The PIT's channel 0 (8254 datasheet) at 10 kHz. */
static void ticks_begin(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), bit = kit_mint(n, RIGHT_ALL, 1, MINT_BADGE);

	tick_irq = kit_slot();
	tick_notification = n;
	EXPECT(OK, METHOD(ROOT_IRQ, IRQ_NARROW, 0, 1, ROOT_CNODE, tick_irq));
	EXPECT(OK, METHOD(tick_irq, IRQ_BIND, bit, 4));
	kit_thread(count_ticks, 0, 62);
	EXPECT(OK, METHOD(ROOT_IOPORT, IOPORT_OUT, 0x43, 1, 0x34));
	EXPECT(OK, METHOD(ROOT_IOPORT, IOPORT_OUT, 0x40, 1, 119));
	EXPECT(OK, METHOD(ROOT_IOPORT, IOPORT_OUT, 0x40, 1, 0));
}

static u32 dice(u32 sides)
{
	static u64 x = 0x2545f4914f6cdd1d;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (u32)(x >> 32) % sides;
}

/* Which earlier node the i-th is derived from; 0 is the root of the tree. */
static u32 chain(u32 i)
{
	return i - 1;
}
static u32 fan(u32 i)
{
	(void)i;
	return 0;
}
static u32 mixed(u32 i)
{
	return dice(3) ? i - 1 : dice(i);
}

static void grow_and_revoke(const char *shape, u32 (*from)(u32))
{
	cap_t table[CNODES], ep = kit_make(CAP_ENDPOINT, 0), u = big(CNODES * MIB);

	for (u32 i = 0; i < CNODES; i++)
		table[i] = make_of(u, CAP_CNODE, 4096);
	for (u32 i = 1; i <= DESCENDANTS; i++) {
		u32 p = from(i), at = i - 1;
		cap_t source = p ? table[(p - 1) / PER_CNODE] : ROOT_CNODE;
		u64 index = p ? (p - 1) % PER_CNODE + 1 : ep;
		EXPECT(OK, METHOD(table[at / PER_CNODE], CNODE_COPY, at % PER_CNODE + 1, source,
				  index, RIGHT_ALL));
	}
	u32 before = ticks;
	EXPECT(OK, REVOKE(ep));
	u32 during = ticks - before;
	EXPECT_U64(0, children_of(ep));
	for (u32 i = 0; i < DESCENDANTS; i += 37) {
		struct message m = {0};
		EXPECT(OK,
		       METHOD_RESULT(&m, table[i / PER_CNODE], CNODE_DESCRIBE, i % PER_CNODE + 1));
		EXPECT_U64(CAP_NULL, m.word[0]);
	}
	kit_report("INFO %s: revoking %u descendants in a %s, %u interrupts were served", kit_test,
		   DESCENDANTS, shape, during);
	CHECK(during >= 2);
	EXPECT(OK, REVOKE(u));
}

static void test_large_revoke(void)
{
	ticks_begin();
	grow_and_revoke("chain", chain);
	grow_and_revoke("fan", fan);
	grow_and_revoke("mixed tree", mixed);
}

/* Each holds the only capability to the next. */
static void test_nested_cnodes(void)
{
	cap_t u = big(2 * MIB), outer = make_of(u, CAP_CNODE, 16), next = kit_slot(),
	      ep = kit_make(CAP_ENDPOINT, 0);
	cap_t innermost = kit_slot();

	EXPECT(OK, COPY(innermost, ep, RIGHT_ALL));
	EXPECT(OK, METHOD(outer, CNODE_MOVE, 2, ROOT_CNODE, innermost));
	for (u32 i = 0; i < NESTED; i++) {
		EXPECT(OK, RETYPE(u, CAP_CNODE, 16, next, 1));
		EXPECT(OK, METHOD(next, CNODE_MOVE, 1 + i % 15, ROOT_CNODE, outer));
		EXPECT(OK, MOVE(outer, next));
	}
	EXPECT_U64(1, children_of(ep));
	EXPECT(OK, DELETE(outer));
	EXPECT_U64(0, children_of(ep));
	EXPECT_U64(0, used_of(u));
}

/* A process of its own Untyped: one revoke takes all of it, whatever it is doing. */
static void test_one_revoke(void)
{
	cap_t u = big(4 * MIB), row = kit_slots(8), ep = kit_make(CAP_ENDPOINT, 0);

	for (u32 round = 0; round < 50; round++) {
		EXPECT(OK, RETYPE(u, CAP_CNODE, 256, row, 1));
		EXPECT(OK, RETYPE(u, CAP_ADDRESS_SPACE, 0, row + 1, 1));
		EXPECT(OK, RETYPE(u, CAP_THREAD, 0, row + 2, 2));
		EXPECT(OK, RETYPE(u, CAP_PAGE_TABLE, 0, row + 4, 3));
		for (u64 i = 0; i < 3; i++)
			EXPECT(OK, METHOD(row + 4 + i, TABLE_MAP, row + 1, 0x400000, 3 - i));
		EXPECT(OK, RETYPE(u, CAP_FRAME, 300, row + 7, 1));
		EXPECT(OK,
		       METHOD(row + 7, FRAME_MAP, row + 1, 0x400000, RIGHT_READ | RIGHT_WRITE, 0));
		for (u32 i = 0; i < 2; i++) {
			EXPECT(OK,
			       METHOD(row + 2 + i, THREAD_CONFIGURE, row, row + 1, ep, row + 7, 0));
			EXPECT(OK, METHOD(row + 2 + i, THREAD_PRIORITY, 5));
			EXPECT(OK, METHOD(row + 2 + i, THREAD_START, 0x400000, 0x401000, 0));
		}
		let_run(); /* both run data, and fault */
		EXPECT_U64(THREAD_SENDING, kit_state((struct kit_thread){row + 3, NULL}));
		EXPECT(OK, REVOKE(u));
		EXPECT_U64(0, used_of(u));
	}
}

static const struct kit_test tests[] = {
	{"cnode_full", test_cnode_full},         {"all_memory", test_all_memory},
	{"address_spaces", test_address_spaces}, {"many_threads", test_many_threads},
	{"large_revoke", test_large_revoke},     {"nested_cnodes", test_nested_cnodes},
	{"one_revoke", test_one_revoke},
};

int main(void)
{
	kit_main(tests, sizeof(tests) / sizeof(tests[0]));
}

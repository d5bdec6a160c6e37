/* A resource runs out or grows large: the result is an error, or bounded steps; and the kernel goes on.
 * Runs as the root task of a machine with 128 MiB. */
#include "tests/guest/kit/short.h"
#include "lib/microk/memory.h"
#include "lib/microk/start.h"
#include "tests/random.h"

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

	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, bytes, at, 1));
	return at;
}

static void test_cnode_full(void)
{
	cap_t c = kit_make(CAP_CNODE, 16), n = kit_make(CAP_NOTIFICATION, 0),
	      ep = kit_make(CAP_ENDPOINT, 0);

	for (u64 i = 1; i < 16; i++)
		EXPECT(OK, slot_copy_to(c, i, n, RIGHT_ALL));
	for (u64 i = 0; i < 20; i++) {
		enum microk_status s = slot_copy_to(c, i, ep, RIGHT_ALL);
		CHECK(s == (i == 0 || i > 15 ? ERR_RANGE : ERR_OCCUPIED));
		s = retype_to(kit_untyped(), CAP_REPLY, c, i, 1);
		CHECK(s == (i == 0 || i > 15 ? ERR_RANGE : ERR_OCCUPIED));
	}
	EXPECT(OK, cnode_delete(c, 9));
	EXPECT(OK, slot_copy_to(c, 9, ep, RIGHT_ALL));
	EXPECT_U64(CAP_ENDPOINT, type_in(c, 9));
}

static void test_all_memory(void)
{
	u32 chunks = 0, again = 0;
	cap_t first = kit_slots(400);

	while (chunks < 400 && retype(ROOT_UNTYPED, CAP_UNTYPED, MIB, first + chunks, 1) == OK)
		chunks++;
	CHECK(chunks > 50 && chunks < 400);
	EXPECT(ERR_MEMORY, retype(ROOT_UNTYPED, CAP_UNTYPED, MIB, first + chunks, 1));
	/* The memory that was handed out can be used to its last page. */
	for (u32 i = 0; i < chunks; i++)
		EXPECT(OK, retype(first + i, CAP_FRAME, 256, kit_slot(), 1));
	EXPECT(ERR_MEMORY, retype(first, CAP_REPLY, 0, kit_slot(), 1));
	for (u32 i = 0; i < chunks; i++) {
		EXPECT(OK, slot_revoke(first + i));
		EXPECT(OK, retype(first + i, CAP_FRAME, 256, kit_slot(), 1));
		again++;
	}
	EXPECT_U64(chunks, again);
}

static u32 make_spaces(cap_t u, cap_t table, u32 from)
{
	enum microk_status s = OK;
	u32 n = from;

	while (n < 4095 && s == OK) {
		s = retype_to(u, CAP_ADDRESS_SPACE, table, n + 1, 1);
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
	EXPECT(OK, slot_revoke(u));
	EXPECT_U64(0, used_of(u));
	EXPECT_U64(made, make_spaces(u, table, 0));
	/* Ends all of them by ending the CNode that holds them. */
	EXPECT(OK, slot_delete(table));
	EXPECT_U64(0, used_of(u));
	EXPECT(OK, retype(u, CAP_ADDRESS_SPACE, 0, kit_slot(), 1));
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
		thread_suspend(first_thread + i);
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
		EXPECT(OK, retype(kit_untyped(), CAP_THREAD, 0, first + i, 1));
		EXPECT(OK, CONFIGURE(first + i, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
		EXPECT(OK, thread_set_priority(first + i, 10 + i % 40));
		EXPECT(OK, thread_start_at(first + i, (u64)waiter,
					   (u64)stacks[i / 8] + (i % 8 + 1) * 512 - 8, i));
	}
}

/* Lets all threads run that can. */
static void let_run(void)
{
	EXPECT(OK, kit_run_at(1));
	EXPECT(OK, kit_run_at(60));
}

static void resume_all(enum microk_syscall by, cap_t on)
{
	wait_by = by;
	target = on;
	for (u32 i = 0; i < MANY_THREADS; i++)
		EXPECT(OK, thread_resume(first_thread + i));
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
	EXPECT(OK, cnode_fail(ROOT_CNODE, ep));
	let_run();
	EXPECT_U64(MANY_THREADS, ended[ERR_GONE]);
	/* Destroyed under receivers, and a notification under waiters. */
	resume_all(SYS_RECV, ep);
	EXPECT(OK, slot_delete(ep));
	let_run();
	EXPECT_U64(MANY_THREADS, ended[ERR_GONE]);
	resume_all(SYS_WAIT, n);
	EXPECT(OK, slot_delete(n));
	let_run();
	EXPECT_U64(MANY_THREADS, ended[ERR_GONE]);
	/* The threads end while they wait. */
	n = kit_make(CAP_NOTIFICATION, 0);
	resume_all(SYS_WAIT, n);
	for (u32 i = 0; i < MANY_THREADS; i++)
		EXPECT(OK, slot_delete(first_thread + (i * 7919) % MANY_THREADS));
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
		irq_ack(tick_irq);
	}
}

/* The PIT's channel 0 (8254 datasheet) at 10 kHz. */
static void ticks_begin(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), bit = kit_mint(n, RIGHT_ALL, 1, MINT_BADGE);

	tick_irq = kit_slot();
	tick_notification = n;
	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 0, 1, tick_irq));
	EXPECT(OK, irq_bind_to(tick_irq, bit, 4));
	kit_thread(count_ticks, 0, 62);
	EXPECT(OK, ioport_write(ROOT_IOPORT, 0x43, 1, 0x34));
	EXPECT(OK, ioport_write(ROOT_IOPORT, 0x40, 1, 119));
	EXPECT(OK, ioport_write(ROOT_IOPORT, 0x40, 1, 0));
}

static u32 dice(u32 sides)
{
	static u64 state = 0x2545f4914f6cdd1d;

	return (u32)(random_next(&state) % sides);
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
		const struct cnode_copy one = {at % PER_CNODE + 1, source, index, RIGHT_ALL};
		EXPECT(OK, cnode_copy(table[at / PER_CNODE], &one));
	}
	u32 before = ticks;
	EXPECT(OK, slot_revoke(ep));
	u32 during = ticks - before;
	EXPECT_U64(0, children_of(ep));
	for (u32 i = 0; i < DESCENDANTS; i += 37)
		EXPECT_U64(CAP_NULL, type_in(table[i / PER_CNODE], i % PER_CNODE + 1));
	kit_report("INFO %s: revoking %u descendants in a %s, %u interrupts were served", kit_test,
		   DESCENDANTS, shape, during);
	CHECK(during >= 2);
	EXPECT(OK, slot_revoke(u));
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

	EXPECT(OK, slot_copy(innermost, ep, RIGHT_ALL));
	EXPECT(OK, slot_move_to(outer, 2, innermost));
	for (u32 i = 0; i < NESTED; i++) {
		EXPECT(OK, retype(u, CAP_CNODE, 16, next, 1));
		EXPECT(OK, slot_move_to(next, 1 + i % 15, outer));
		EXPECT(OK, slot_move(outer, next));
	}
	EXPECT_U64(1, children_of(ep));
	EXPECT(OK, slot_delete(outer));
	EXPECT_U64(0, children_of(ep));
	EXPECT_U64(0, used_of(u));
}

/* A process in an Untyped of its own: one revoke ends all of it, in whatever state it is. */
static void test_one_revoke(void)
{
	cap_t u = big(4 * MIB), row = kit_slots(8), ep = kit_make(CAP_ENDPOINT, 0);

	for (u32 round = 0; round < 50; round++) {
		EXPECT(OK, retype(u, CAP_CNODE, 256, row, 1));
		EXPECT(OK, retype(u, CAP_ADDRESS_SPACE, 0, row + 1, 1));
		EXPECT(OK, retype(u, CAP_THREAD, 0, row + 2, 2));
		EXPECT(OK, retype(u, CAP_PAGE_TABLE, 0, row + 4, 3));
		for (u64 i = 0; i < 3; i++)
			EXPECT(OK, table_map_at(row + 4 + i, row + 1, 0x400000, 3 - i));
		EXPECT(OK, retype(u, CAP_FRAME, 300, row + 7, 1));
		EXPECT(OK, frame_map_at(row + 7, row + 1, 0x400000, RIGHT_READ | RIGHT_WRITE));
		for (u32 i = 0; i < 2; i++) {
			EXPECT(OK, CONFIGURE(row + 2 + i, .cnode = row, .address_space = row + 1,
					     .fault_endpoint = ep, .ipc_buffer_frame = row + 7));
			EXPECT(OK, thread_set_priority(row + 2 + i, 5));
			EXPECT(OK, thread_start_at(row + 2 + i, 0x400000, 0x401000, 0));
		}
		let_run(); /* both run data, and fault */
		EXPECT_U64(THREAD_SENDING, kit_state((struct kit_thread){row + 3, NULL}));
		EXPECT(OK, slot_revoke(u));
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

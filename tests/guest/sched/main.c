/* Who runs when, and until when one waits: deadlines, cycles of callers, inheritance. Root task. */
#include "tests/guest/kit/kit.h"
#include "user/lib/memory.h"
#include "user/lib/start.h"

#define URGENT 61 /* more urgent than the test itself (KIT_PRIORITY) */

static inline u64 rdtsc(void)
{
	u32 lo, hi;
	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

static u64 microseconds(u64 n) { return kit_info->tsc_hz / 1000000 * n; }

/* ---- a log of who came by in which order ---- */
static char order[64];
static volatile u32 steps;

static void step(char who)
{
	if (steps < sizeof(order) - 1)
		order[steps++] = who;
	order[steps] = 0;
}

static void expect_order(const char *wanted)
{
	for (u32 i = 0;; i++) {
		if (order[i] != wanted[i]) {
			kit_fail(__FILE__, __LINE__, "expected the order %s, came %s", wanted, order);
			break;
		}
		if (!wanted[i])
			break;
	}
	steps = 0;
	order[0] = 0;
}

static enum microk_status until(enum microk_syscall op, cap_t cap, struct ipcbuf *buffer, u64 deadline)
{
	struct message m = {.tag = TAG_DEADLINE};

	buffer->deadline = deadline;
	return ipc(op, cap, &m);
}

/* The test's own priority; everybody less urgent gets to run while it sleeps. */
static void sleep_us(u64 n)
{
	cap_t never = kit_make(CAP_NOTIFICATION, 0);

	EXPECT(ERR_DEADLINE, until(SYS_WAIT, never, ipc_buffer, rdtsc() + microseconds(n)));
}

/* For threads that are less urgent than the test: it must sleep for them to get anywhere. */
static void sleep_until(struct kit_thread t, enum thread_state state)
{
	for (u32 i = 0; i < 1000 && kit_state(t) != state; i++)
		sleep_us(1000);
	EXPECT_U64(state, kit_state(t));
}

static void test_deadline_passes(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0);
	static const enum microk_syscall ops[] = {SYS_RECV, SYS_SEND, SYS_CALL, SYS_REPLY_RECV, SYS_WAIT};

	for (u32 i = 0; i < ARRAY_LEN(ops); i++)
		for (u64 us = 0; us <= 20000; us = us * 10 + 2) {
			/* An endpoint that nobody serves: a call to oneself would be refused at once. */
			cap_t ep = kit_make(CAP_ENDPOINT, 0);
			u64 deadline = rdtsc() + microseconds(us);
			EXPECT(ERR_DEADLINE, until(ops[i], ops[i] == SYS_WAIT ? n : ep, ipc_buffer, deadline));
			CHECK(rdtsc() >= deadline);
		}
	/* One that is long past. */
	EXPECT(ERR_DEADLINE, until(SYS_WAIT, n, ipc_buffer, 1));
}

static void mute(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	step('r');
	ipc(SYS_WAIT, m.word[0], &(struct message){0});
	step('s');
	EXPECT(ERR_NO_REPLY, ipc(SYS_REPLY, 0, &(struct message){0}));
	step('t');
}

/* A reply that never comes; and when it comes after all, it finds nobody. */
static void test_deadline_of_a_call(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), wake = kit_make(CAP_NOTIFICATION, 0);
	struct message m = {.tag = TAG(0, 1) | TAG_DEADLINE, .word = {wake}};

	cap_t signal = kit_mint(wake, RIGHT_WRITE, 1, MINT_BADGE);
	kit_thread(mute, ep, URGENT);
	ipc_buffer->deadline = rdtsc() + microseconds(500);
	EXPECT(ERR_DEADLINE, ipc(SYS_CALL, ep, &m));
	EXPECT(OK, ipc(SYS_SIGNAL, signal, &(struct message){0}));
	expect_order("rst");
}

static struct ipcbuf *answer_buffer;
static cap_t never; /* a Notification that nobody signals */

static void answer_once(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	m = (struct message){.tag = TAG(0, 1), .word = {5}};
	ipc(SYS_REPLY_RECV, ep, &m);
	m = (struct message){.tag = TAG(0, 1), .word = {6}};
	while (!answer_buffer)
		kit_yield();
	EXPECT(ERR_DEADLINE, until(SYS_WAIT, never, answer_buffer, rdtsc() + microseconds(3000)));
	ipc(SYS_REPLY, 0, &m);
}

/* A deadline that was met is forgotten: the next wait without one is not ended by it. */
static void test_deadline_met(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct message m = {.tag = TAG_DEADLINE};

	never = kit_make(CAP_NOTIFICATION, 0);
	answer_buffer = kit_thread(answer_once, ep, URGENT).buffer;
	ipc_buffer->deadline = rdtsc() + microseconds(1000);
	EXPECT(OK, ipc(SYS_CALL, ep, &m));
	EXPECT_U64(5, m.word[0]);
	m.tag = 0;
	EXPECT(OK, ipc(SYS_CALL, ep, &m));
	EXPECT_U64(6, m.word[0]);
}

#define SLEEPERS 200
static u64 wake_at[SLEEPERS], woke_at[SLEEPERS];
static struct ipcbuf *sleeper_buffer[SLEEPERS];
static volatile u32 awake;

static void sleeper(u64 i)
{
	while (!sleeper_buffer[i])
		kit_yield();
	EXPECT(ERR_DEADLINE, until(SYS_WAIT, never, sleeper_buffer[i], wake_at[i]));
	woke_at[i] = rdtsc();
	awake++;
}

static void test_many_deadlines(void)
{
	u64 seed = 12345, start = rdtsc() + microseconds(20000);

	never = kit_make(CAP_NOTIFICATION, 0);
	awake = 0;
	for (u32 i = 0; i < SLEEPERS; i++) {
		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		wake_at[i] = start + microseconds((seed >> 33) % 100000);
		sleeper_buffer[i] = kit_thread(sleeper, i, KIT_PRIORITY).buffer;
	}
	sleep_us(200000);
	EXPECT_U64(SLEEPERS, awake);
	for (u32 i = 0; i < SLEEPERS; i++)
		CHECK(woke_at[i] >= wake_at[i]);
}

static void test_calls_itself(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT(ERR_DEADLOCK, ipc(SYS_CALL, ep, &(struct message){0}));
}

struct relay {
	cap_t from, to;
};
static struct relay relays[4];
static enum microk_status relay_result[4];

/* Receives once, calls on, answers with what came of it. */
static void relay(u64 i)
{
	ipc(SYS_RECV, relays[i].from, &(struct message){0});
	relay_result[i] = ipc(SYS_CALL, relays[i].to, &(struct message){0});
	ipc(SYS_REPLY, 0, &(struct message){0});
}

static void test_call_cycle(void)
{
	cap_t a = kit_make(CAP_ENDPOINT, 0), b = kit_make(CAP_ENDPOINT, 0), c = kit_make(CAP_ENDPOINT, 0);

	relays[0] = (struct relay){a, b};
	relays[1] = (struct relay){b, c};
	relays[2] = (struct relay){c, a};
	for (u64 i = 0; i < 3; i++)
		kit_thread(relay, i, URGENT);
	EXPECT(OK, ipc(SYS_CALL, a, &(struct message){0}));
	EXPECT(OK, relay_result[0]);
	EXPECT(OK, relay_result[1]);
	EXPECT(ERR_DEADLOCK, relay_result[2]);
}

/* ---- inheritance: low serves, high calls, middle would run in between ---- */
#define LOW 10
#define MIDDLE 30
#define HIGH 50

static volatile bool middle_may_stop;

static void middle(u64 unused)
{
	(void)unused;
	step('m');
	while (!middle_may_stop)
		;
}

static void low_server(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	for (u32 i = 0; i < 2; i++) {
		step('s');
		m.tag = 0;
		ipc(SYS_REPLY_RECV, ep, &m);
	}
}

static void high_client(u64 ep)
{
	EXPECT(OK, ipc(SYS_CALL, ep, &(struct message){0}));
	step('h');
}

static void low_client(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
	step('l');
}

static void test_inheritance(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	middle_may_stop = false;
	sleep_until(kit_thread(low_server, ep, LOW), THREAD_RECEIVING);
	kit_thread(high_client, ep, HIGH);
	kit_thread(middle, 0, MIDDLE);
	sleep_us(20000);
	expect_order("shm");
	middle_may_stop = true;
	sleep_us(1000);
}

static cap_t gate;

static void slow_server(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	step('a');
	/* In the middle of low's request; high comes, then middle; the server must still get on. */
	ipc(SYS_WAIT, gate, &(struct message){0});
	step('b');
	m.tag = 0;
	ipc(SYS_REPLY_RECV, ep, &m);
	step('c');
	m.tag = 0;
	ipc(SYS_REPLY_RECV, ep, &m);
}

/* High waits in the queue behind low: the server is raised for low's request, too. */
static void test_inheritance_queued(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	gate = kit_make(CAP_NOTIFICATION, 0);
	cap_t open = kit_mint(gate, RIGHT_WRITE, 1, MINT_BADGE);
	middle_may_stop = false;
	struct kit_thread server = kit_thread(slow_server, ep, LOW);
	sleep_until(server, THREAD_RECEIVING);
	sleep_until(kit_thread(low_client, ep, LOW), THREAD_AWAITING);
	sleep_until(server, THREAD_WAITING);
	sleep_until(kit_thread(high_client, ep, HIGH), THREAD_SENDING);
	EXPECT(OK, ipc(SYS_SIGNAL, open, &(struct message){0}));
	kit_thread(middle, 0, MIDDLE);
	sleep_us(20000);
	expect_order("abchm");
	middle_may_stop = true;
	sleep_us(2000);
	expect_order("l");
}

/* High calls low, which calls lower: urgency reaches to the end of the chain. */
static void test_inheritance_chain(void)
{
	cap_t first = kit_make(CAP_ENDPOINT, 0), second = kit_make(CAP_ENDPOINT, 0);

	relays[0] = (struct relay){first, second};
	middle_may_stop = false;
	sleep_until(kit_thread(relay, 0, LOW), THREAD_RECEIVING);
	sleep_until(kit_thread(low_server, second, LOW - 5), THREAD_RECEIVING);
	kit_thread(high_client, first, HIGH);
	kit_thread(middle, 0, MIDDLE);
	sleep_us(20000);
	expect_order("shm");
	middle_may_stop = true;
	sleep_us(1000);
}

/* What was lent is given back: after the call the server is low again. */
static void test_inheritance_ends(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread server = kit_thread(low_server, ep, LOW);
	struct message m = {0};

	sleep_until(server, THREAD_RECEIVING);
	EXPECT(OK, ipc(SYS_CALL, ep, &(struct message){0}));
	EXPECT(OK, METHOD_RESULT(&m, server.thread, THREAD_INFO));
	EXPECT_U64(LOW, m.word[1]);
	expect_order("s");
}

static volatile u64 turns[2];

static void spin(u64 i)
{
	while (!middle_may_stop)
		turns[i]++;
}

/* Equals share the processor: none waits longer than a slice. */
static void test_round_robin(void)
{
	middle_may_stop = false;
	turns[0] = turns[1] = 0;
	kit_thread(spin, 0, MIDDLE);
	kit_thread(spin, 1, MIDDLE);
	sleep_us(200000);
	middle_may_stop = true;
	CHECK(turns[0] && turns[1]);
	CHECK(turns[0] < 4 * turns[1] && turns[1] < 4 * turns[0]);
	sleep_us(30000);
}

/* Nobody may make a thread more urgent than allowed to itself. */
static enum microk_status climb_result;

static void climb(u64 thread) { climb_result = METHOD(thread, THREAD_PRIORITY, PRIORITIES - 1); }

static void test_priority_limit(void)
{
	struct kit_thread other = kit_thread(middle, 0, LOW);

	climb_result = OK;
	middle_may_stop = true;
	kit_thread(climb, other.thread, MIDDLE);
	sleep_us(1000);
	EXPECT(ERR_RIGHTS, climb_result);
}

/* ---- who pays, and what an idle machine costs ---- */

static u64 ticks_of(cap_t thread)
{
	struct message m = {0};

	EXPECT(OK, METHOD_RESULT(&m, thread, THREAD_INFO));
	return m.word[2];
}

/* Works for its caller for five milliseconds a call. */
static void busy_server(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	for (;;) {
		u64 start = rdtsc();
		while (rdtsc() - start < microseconds(5000))
			;
		m.tag = 0;
		ipc(SYS_REPLY_RECV, ep, &m);
	}
}

static void busy_client(u64 ep)
{
	for (u32 i = 0; i < 20; i++)
		ipc(SYS_CALL, ep, &(struct message){0});
	step('d');
}

/* What a server does for a caller is the caller's time, by the fast path as by the slow one. */
static void test_time_is_charged_to_the_caller(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	steps = 0; /* the threads of other tests may have come by */
	struct kit_thread server = kit_thread(busy_server, ep, HIGH);

	sleep_until(server, THREAD_RECEIVING);
	struct kit_thread client = kit_thread(busy_client, ep, MIDDLE);
	for (u32 i = 0; i < 100 && !steps; i++)
		sleep_us(10000);
	expect_order("d");
	CHECK(ticks_of(client.thread) > microseconds(90000));
	CHECK(ticks_of(server.thread) < microseconds(10000));
}

/* While everybody sleeps there is no tick: one interrupt ends a second of sleep, and some to spare for
 * the levels of the timing wheel. */
static void test_no_tick_when_idle(void)
{
	u64 before = kit_info->interrupts, idle = kit_info->idle_ticks;

	sleep_us(1000000);
	CHECK(kit_info->interrupts - before <= 12);
	CHECK(kit_info->idle_ticks - idle > microseconds(900000));
}

#define CROWD 1000
#define STACKS_AT_ONCE 250
static volatile u32 crowd_done;

static void crowd_member(u64 unused)
{
	(void)unused;
	for (u32 i = 0; i < 3; i++)
		kit_yield();
	crowd_done++;
	for (;;)
		ipc(SYS_WAIT, never, &(struct message){0});
}

/* A thousand threads at once, from a stack page each. */
static void test_crowd(void)
{
	cap_t first = kit_slots(CROWD);
	void *stacks[CROWD / STACKS_AT_ONCE];

	crowd_done = 0;
	never = kit_make(CAP_NOTIFICATION, 0);
	for (u32 i = 0; i < ARRAY_LEN(stacks); i++)
		EXPECT(OK, memory_make(STACKS_AT_ONCE, NULL, &stacks[i]));
	for (u32 n = 0; n < CROWD; n += 50)
		EXPECT(OK, METHOD(kit_untyped(), UNTYPED_RETYPE, CAP_THREAD, 0, ROOT_CNODE, first + n, 50));
	for (u32 i = 0; i < CROWD; i++) {
		u8 *stack = (u8 *)stacks[i / STACKS_AT_ONCE] + i % STACKS_AT_ONCE * PAGE_SIZE;
		u64 sp = (u64)stack + PAGE_SIZE - 8; /* as after a call (System V ABI, 3.2.2) */
		EXPECT(OK, METHOD(first + i, THREAD_CONFIGURE, ROOT_CNODE, ROOT_SPACE, 0, 0, 0));
		EXPECT(OK, METHOD(first + i, THREAD_PRIORITY, KIT_PRIORITY));
		EXPECT(OK, METHOD(first + i, THREAD_START, (u64)crowd_member, sp, 0));
	}
	KIT_UNTIL(crowd_done == CROWD);
}

static const struct kit_test tests[] = {
	{"deadline_passes", test_deadline_passes},
	{"deadline_of_a_call", test_deadline_of_a_call},
	{"deadline_met", test_deadline_met},
	{"many_deadlines", test_many_deadlines},
	{"calls_itself", test_calls_itself},
	{"call_cycle", test_call_cycle},
	{"inheritance", test_inheritance},
	{"inheritance_queued", test_inheritance_queued},
	{"inheritance_chain", test_inheritance_chain},
	{"inheritance_ends", test_inheritance_ends},
	{"round_robin", test_round_robin},
	{"priority_limit", test_priority_limit},
	{"time_is_charged_to_the_caller", test_time_is_charged_to_the_caller},
	{"no_tick_when_idle", test_no_tick_when_idle},
	{"crowd", test_crowd},
};

int main(void) { kit_main(tests, ARRAY_LEN(tests)); }

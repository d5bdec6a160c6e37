/* Slices, limits, charging of time, and the cost of an idle machine. */
#include "tests/guest/sched/sched.h"
#include "lib/microk/memory.h"

static volatile u64 turns[2];

static void spin(u64 i)
{
	while (!middle_may_stop)
		turns[i]++;
}

/* Equals share the processor: none waits longer than a slice. */
void test_round_robin(void)
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

/* No thread may make another more urgent than its own limit. */
static enum microk_status climb_result;

static void climb(u64 thread)
{
	climb_result = thread_set_priority(thread, PRIORITIES - 1);
}

void test_priority_limit(void)
{
	struct kit_thread other = kit_thread(middle, 0, LOW);

	climb_result = OK;
	middle_may_stop = true;
	kit_thread(climb, other.thread, MIDDLE);
	sleep_us(1000);
	EXPECT(ERR_RIGHTS, climb_result);
}

/* ---- charging of time, and the cost of an idle machine ---- */

/* Works for its caller for five milliseconds a call. */
static void busy_server(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	for (;;) {
		u64 start = now();
		while (now() - start < microseconds(5000))
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

/* A server's work for a caller is charged to the caller, by the fast path as by the slow one. */
void test_time_is_charged_to_the_caller(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	steps = 0; /* threads of other tests may have run */
	struct kit_thread server = kit_thread(busy_server, ep, HIGH);

	sleep_until(server, THREAD_RECEIVING);
	struct kit_thread client = kit_thread(busy_client, ep, MIDDLE);
	for (u32 i = 0; i < 100 && !steps; i++)
		sleep_us(10000);
	expect_order("d");
	CHECK(ticks_of(client.thread) > microseconds(90000));
	CHECK(ticks_of(server.thread) < microseconds(10000));
}

static struct ipcbuf *volatile mixed_buffer;

/* Label 1 waits, so that other requests queue. Label 2 works for five milliseconds. */
static void mixed_server(u64 ep)
{
	struct message m = {0};

	while (!mixed_buffer)
		kit_yield();
	ipc(SYS_RECV, ep, &m);
	for (;;) {
		u64 start = now();
		if (TAG_LABEL(m.tag) == 1)
			until(SYS_WAIT, never, mixed_buffer, start + microseconds(500));
		while (TAG_LABEL(m.tag) == 2 && now() - start < microseconds(5000))
			;
		m.tag = 0;
		ipc(SYS_REPLY_RECV, ep, &m);
	}
}

static cap_t mixed;

static void mixed_client(u64 label)
{
	for (u32 i = 0; i < 10; i++)
		ipc(SYS_CALL, mixed, &(struct message){.tag = TAG(label, 0)});
	step('d');
}

/* When a server takes the next queued request without a switch, its time is charged to that request's caller. */
void test_time_follows_the_queue(void)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	mixed = kit_make(CAP_ENDPOINT, 0);
	mixed_buffer = NULL;
	steps = 0; /* threads of other tests may have run */
	struct kit_thread server = kit_thread(mixed_server, mixed, HIGH);
	mixed_buffer = server.buffer;
	sleep_until(server, THREAD_RECEIVING);
	struct kit_thread light = kit_thread(mixed_client, 1, MIDDLE),
			  heavy = kit_thread(mixed_client, 2, MIDDLE);
	for (u32 i = 0; i < 100 && steps < 2; i++)
		sleep_us(10000);
	expect_order("dd");
	CHECK(ticks_of(heavy.thread) > microseconds(49000));
	CHECK(ticks_of(light.thread) < microseconds(1000));
	CHECK(ticks_of(server.thread) < microseconds(1000));
}

/* While every thread sleeps there is no tick: one interrupt ends a second of sleep, and some to spare
 * for the time before. */
void test_no_tick_when_idle(void)
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
void test_crowd(void)
{
	cap_t first = kit_slots(CROWD);
	void *stacks[CROWD / STACKS_AT_ONCE];

	crowd_done = 0;
	never = kit_make(CAP_NOTIFICATION, 0);
	for (u32 i = 0; i < ARRAY_LEN(stacks); i++)
		EXPECT(OK, memory_make(STACKS_AT_ONCE, NULL, &stacks[i]));
	for (u32 n = 0; n < CROWD; n += 50)
		EXPECT(OK, retype(kit_untyped(), CAP_THREAD, 0, first + n, 50));
	for (u32 i = 0; i < CROWD; i++) {
		u8 *stack = (u8 *)stacks[i / STACKS_AT_ONCE] + i % STACKS_AT_ONCE * PAGE_SIZE;
		u64 sp = (u64)stack + PAGE_SIZE - 8; /* as after a call (System V ABI, 3.2.2) */
		EXPECT(OK, CONFIGURE(first + i, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
		EXPECT(OK, thread_set_priority(first + i, KIT_PRIORITY));
		EXPECT(OK, thread_start_at(first + i, (u64)crowd_member, sp, 0));
	}
	KIT_UNTIL(crowd_done == CROWD);
}

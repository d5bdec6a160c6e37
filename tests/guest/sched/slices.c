/* Time slices are each thread's own, and deadlines count by urgency. */
#include "tests/guest/sched/sched.h"

#define SLICE_US 10000
#define JUST_BEFORE_US 9800 /* when the thief lets go */
#define AWAY_US 50          /* a thread that was away for longer begins a slice */

static void spin(u64 unused)
{
	(void)unused;
	for (;;)
		;
}

static struct ipcbuf *volatile thief_buffer;

/* Works for nearly a whole slice and lets go just before the tick, by a yield or by a wait of no length. */
static void steal(u64 blocks)
{
	u64 begin = now(), last = begin;

	for (;;) {
		u64 t = now();
		if (t - last > microseconds(AWAY_US))
			begin = t;
		last = t;
		if (t - begin < microseconds(JUST_BEFORE_US))
			continue;
		if (blocks)
			until(SYS_WAIT, never, thief_buffer, 1);
		else
			kit_yield();
		begin = last = now();
	}
}

/* In percent of the time that both got. */
static u64 share_of_the_thief(u64 blocks)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	struct kit_thread victim = kit_thread(spin, 0, LOW), thief = kit_thread(steal, blocks, LOW);

	thief_buffer = thief.buffer;
	sleep_us(2 * SLICE_US);
	u64 v = ticks_of(victim.thread), t = ticks_of(thief.thread);
	sleep_us(30 * SLICE_US);
	v = ticks_of(victim.thread) - v, t = ticks_of(thief.thread) - t;
	slot_delete(victim.thread);
	slot_delete(thief.thread);
	return t * 100 / (t + v);
}

void test_slice_theft(void)
{
	u64 share = share_of_the_thief(0);

	if (share < 47 || share > 53)
		kit_fail(__FILE__, __LINE__, "the thief has %lu%%", share);
}

/* It keeps the rest of its slice, and so cannot get more than half. */
void test_slice_theft_by_blocking(void)
{
	u64 share = share_of_the_thief(1);

	CHECK(share <= 53);
}

/* ---- deadlines ---- */
#define SLEEPERS 6
static struct ipcbuf *volatile sleeper_buffer[SLEEPERS];
static u64 wake_at;

static void sleep_letter(u64 i)
{
	while (!sleeper_buffer[i])
		kit_yield();
	EXPECT(ERR_DEADLINE, until(SYS_WAIT, never, sleeper_buffer[i], wake_at));
	step((char)('a' + i));
}

/* All at the same moment: the most urgent first. */
void test_deadlines_by_urgency(void)
{
	static const u8 priorities[SLEEPERS] = {20, 50, 10, 40, 30, 15};

	never = kit_make(CAP_NOTIFICATION, 0);
	steps = 0;
	wake_at = now() + microseconds(20000);
	for (u32 i = 0; i < SLEEPERS; i++)
		sleeper_buffer[i] = NULL;
	for (u32 i = 0; i < SLEEPERS; i++)
		sleeper_buffer[i] = kit_thread(sleep_letter, i, priorities[i]).buffer;
	sleep_us(40000);
	expect_order("bdeafc");
}

static volatile u64 woke_at;

static void sleep_in_between(u64 unused)
{
	(void)unused;
	while (!sleeper_buffer[0])
		kit_yield();
	until(SYS_WAIT, never, sleeper_buffer[0], wake_at);
	woke_at = now();
}

static void serve_for_ever(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	for (;;) {
		m = (struct message){0};
		ipc(SYS_REPLY_RECV, ep, &m);
	}
}

static void call_and_spin(u64 ep)
{
	/* The first request is taken from the queue, the others find the server there. */
	for (u32 i = 0; i < 3; i++)
		ipc(SYS_CALL, ep, &(struct message){0});
	for (;;)
		;
}

/* A deadline between the urgency of a server and that of its client is met after the server's answer, too, which may go by
 * the fast path. */
void test_deadline_between_client_and_server(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	never = kit_make(CAP_NOTIFICATION, 0);
	sleeper_buffer[0] = NULL;
	woke_at = 0;
	wake_at = now() + microseconds(30000);
	struct kit_thread sleeper = kit_thread(sleep_in_between, 0, MIDDLE);
	sleeper_buffer[0] = sleeper.buffer;
	sleep_until(sleeper, THREAD_WAITING);
	kit_thread(call_and_spin, ep, LOW);
	kit_thread(serve_for_ever, ep, HIGH);
	sleep_us(60000);
	CHECK(woke_at >= wake_at && woke_at - wake_at < microseconds(100));
}

#define CHAIN 12 /* longer than the kernel looks for the thread that pays */
static cap_t chain[CHAIN];
static struct ipcbuf *volatile last_buffer;

/* The last one sleeps, so the kernel sets the timer anew while that thread is the current one, and not for deadlines below its
 * urgency. All answer by the fast path. */
static void serve_in_the_chain(u64 i)
{
	struct message m = {0};

	ipc(SYS_RECV, chain[i], &m);
	for (;;) {
		if (i + 1 < CHAIN)
			ipc(SYS_CALL, chain[i + 1], &(struct message){0});
		else
			until(SYS_WAIT, never, last_buffer, now() + microseconds(2000));
		m = (struct message){0};
		ipc(SYS_REPLY_RECV, chain[i], &m);
	}
}

static void call_once_and_spin(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
	for (;;)
		;
}

/* The same where the client is the first of a long chain of calls. */
void test_deadline_below_a_long_chain(void)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	for (u32 i = 0; i < CHAIN; i++) {
		chain[i] = kit_make(CAP_ENDPOINT, 0);
		struct kit_thread t = kit_thread(serve_in_the_chain, i, (u8)(LOW + 1 + i));
		last_buffer = t.buffer;
	}
	sleep_us(5000);
	sleeper_buffer[0] = NULL;
	woke_at = 0;
	wake_at = now() + microseconds(4000);
	sleeper_buffer[0] = kit_thread(sleep_in_between, 0, LOW + 2).buffer;
	kit_thread(call_once_and_spin, chain[0], LOW);
	sleep_us(30000);
	CHECK(woke_at >= wake_at && woke_at - wake_at < microseconds(100));
}

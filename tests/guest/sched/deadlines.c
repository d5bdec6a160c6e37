/* Until when one waits. */
#include "tests/guest/sched/sched.h"

void test_deadline_passes(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0);
	static const enum microk_syscall ops[] = {
		SYS_RECV, SYS_SEND, SYS_CALL, SYS_REPLY_RECV, SYS_WAIT};

	for (u32 i = 0; i < ARRAY_LEN(ops); i++)
		for (u64 us = 0; us <= 20000; us = us * 10 + 2) {
			/* An endpoint without a server: a call to oneself would be refused at once. */
			cap_t ep = kit_make(CAP_ENDPOINT, 0);
			u64 deadline = now() + microseconds(us);
			EXPECT(ERR_DEADLINE,
			       until(ops[i], ops[i] == SYS_WAIT ? n : ep, ipc_buffer, deadline));
			CHECK(now() >= deadline);
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

/* A reply that does not come in time; a later reply finds no caller. */
void test_deadline_of_a_call(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), wake = kit_make(CAP_NOTIFICATION, 0);
	struct message m = {.tag = TAG(0, 1) | TAG_DEADLINE, .word = {wake}};

	cap_t signal = kit_mint(wake, RIGHT_WRITE, 1, MINT_BADGE);
	kit_thread(mute, ep, URGENT);
	ipc_buffer->deadline = now() + microseconds(500);
	EXPECT(ERR_DEADLINE, ipc(SYS_CALL, ep, &m));
	EXPECT(OK, ipc(SYS_SIGNAL, signal, &(struct message){0}));
	expect_order("rst");
}

static struct ipcbuf *answer_buffer;

static void answer_once(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	m = (struct message){.tag = TAG(0, 1), .word = {5}};
	ipc(SYS_REPLY_RECV, ep, &m);
	m = (struct message){.tag = TAG(0, 1), .word = {6}};
	while (!answer_buffer)
		kit_yield();
	EXPECT(ERR_DEADLINE, until(SYS_WAIT, never, answer_buffer, now() + microseconds(3000)));
	ipc(SYS_REPLY, 0, &m);
}

/* A deadline that was met is forgotten: the next wait without one is not ended by it. */
void test_deadline_met(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct message m = {.tag = TAG_DEADLINE};

	never = kit_make(CAP_NOTIFICATION, 0);
	answer_buffer = kit_thread(answer_once, ep, URGENT).buffer;
	ipc_buffer->deadline = now() + microseconds(1000);
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
	woke_at[i] = now();
	awake++;
}

void test_many_deadlines(void)
{
	u64 seed = 12345, start = now() + microseconds(20000);

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

/* Functions that the scheduling tests share. */
#include "tests/guest/sched/sched.h"

cap_t never;

/* ---- a log of the order of events ---- */
static char order[64];
volatile u32 steps;

void step(char who)
{
	if (steps < sizeof(order) - 1)
		order[steps++] = who;
	order[steps] = 0;
}

void expect_order(const char *wanted)
{
	for (u32 i = 0;; i++) {
		if (order[i] != wanted[i]) {
			kit_fail(__FILE__, __LINE__, "expected the order %s, came %s", wanted,
				 order);
			break;
		}
		if (!wanted[i])
			break;
	}
	steps = 0;
	order[0] = 0;
}

enum microk_status until(enum microk_syscall op, cap_t cap, struct ipcbuf *buffer, u64 deadline)
{
	struct message m = {.tag = TAG_DEADLINE};

	buffer->deadline = deadline;
	return ipc(op, cap, &m);
}

/* The test's own priority; all less urgent threads get to run while it sleeps. */
void sleep_us(u64 n)
{
	cap_t never = kit_make(CAP_NOTIFICATION, 0);

	EXPECT(ERR_DEADLINE, until(SYS_WAIT, never, ipc_buffer, now() + microseconds(n)));
}

/* For threads that are less urgent than the test: it must sleep for them to get anywhere. */
void sleep_until(struct kit_thread t, enum thread_state state)
{
	for (u32 i = 0; i < 1000 && kit_state(t) != state; i++)
		sleep_us(1000);
	EXPECT_U64(state, kit_state(t));
}

void sleep_until_priority(struct kit_thread t, u64 priority)
{
	for (u32 i = 0; i < 1000 && priority_of(t) != priority; i++)
		sleep_us(1000);
	EXPECT_U64(priority, priority_of(t));
}

static void send_once(u64 ep)
{
	ipc(SYS_SEND, ep, &(struct message){0});
}

void greet(cap_t ep)
{
	kit_thread(send_once, ep, URGENT);
}

struct kit_thread waiting(void (*entry)(u64), u64 argument, u8 priority, enum thread_state state)
{
	struct kit_thread t = kit_thread(entry, argument, priority);

	sleep_until(t, state);
	return t;
}

volatile bool middle_may_stop;

void middle(u64 unused)
{
	(void)unused;
	step('m');
	while (!middle_may_stop)
		;
}

struct relay relays[4];
enum microk_status relay_result[4];

/* Receives once, calls the next, and answers with that call's result. */
void relay(u64 i)
{
	ipc(SYS_RECV, relays[i].from, &(struct message){0});
	relay_result[i] = ipc(SYS_CALL, relays[i].to, &(struct message){0});
	ipc(SYS_REPLY, 0, &(struct message){0});
}

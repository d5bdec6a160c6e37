/* A thread that waits for a less urgent thread lends its own urgency to that thread. */
#include "tests/guest/sched/sched.h"

/* ---- inheritance: low serves, high calls, middle would run in between ---- */
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

/* High calls, then middle comes, and would run for ever: the server and high still run first. */
static void expect_high_before_middle(cap_t ep)
{
	kit_thread(high_client, ep, HIGH);
	kit_thread(middle, 0, MIDDLE);
	sleep_us(20000);
	expect_order("shm");
	middle_may_stop = true;
	sleep_us(1000);
}

void test_inheritance(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	middle_may_stop = false;
	sleep_until(kit_thread(low_server, ep, LOW), THREAD_RECEIVING);
	expect_high_before_middle(ep);
}

static cap_t gate;

static void slow_server(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	step('a');
	/* In the middle of low's request high comes, then middle; the server must still go on. */
	ipc(SYS_WAIT, gate, &(struct message){0});
	step('b');
	m.tag = 0;
	ipc(SYS_REPLY_RECV, ep, &m);
	step('c');
	m.tag = 0;
	ipc(SYS_REPLY_RECV, ep, &m);
}

/* High waits in the queue after low: the server is raised for low's request, too. */
void test_inheritance_queued(void)
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
void test_inheritance_chain(void)
{
	cap_t first = kit_make(CAP_ENDPOINT, 0), second = kit_make(CAP_ENDPOINT, 0);

	relays[0] = (struct relay){first, second};
	middle_may_stop = false;
	sleep_until(kit_thread(relay, 0, LOW), THREAD_RECEIVING);
	sleep_until(kit_thread(low_server, second, LOW - 5), THREAD_RECEIVING);
	expect_high_before_middle(first);
}

/* The loan ends: after the call the server is low again. */
void test_inheritance_ends(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread server = kit_thread(low_server, ep, LOW);

	sleep_until(server, THREAD_RECEIVING);
	EXPECT(OK, ipc(SYS_CALL, ep, &(struct message){0}));
	EXPECT_U64(LOW, priority_of(server));
	expect_order("s");
}

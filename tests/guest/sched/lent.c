/* Urgency is lent, not given: it goes back when the lender no longer waits, though no call was answered. The
 * waits end by THREAD_CANCEL; a deadline ends them in the same way. */
#include "tests/guest/sched/sched.h"

static cap_t held, opened, other;

/* Becomes the endpoint's server, then does something else without a limit. */
static void busy_server(u64 ep)
{
	struct message m = {.tag = TAG_NONBLOCK};

	ipc(SYS_RECV, ep, &m);
	ipc(SYS_WAIT, held, &(struct message){0});
	m.tag = TAG_NONBLOCK;
	ipc(SYS_RECV, other, &m);
	ipc(SYS_WAIT, held, &(struct message){0});
}

/* Takes a request and does not answer. */
static void silent_server(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	ipc(SYS_WAIT, held, &(struct message){0});
}

static void client(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
}

static void make_held(void)
{
	held = kit_make(CAP_NOTIFICATION, 0);
	opened = kit_mint(held, RIGHT_WRITE, 1, MINT_BADGE);
	other = kit_make(CAP_ENDPOINT, 0);
}

/* Of two in the queue the more urgent gives up: the server runs as urgently as the other. */
void test_lent_while_queued(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	make_held();
	greet(ep);
	struct kit_thread server = waiting(busy_server, ep, LOW, THREAD_WAITING);
	struct kit_thread first = waiting(client, ep, LOW + 1, THREAD_SENDING);
	EXPECT_U64(LOW + 1, priority_of(server));
	struct kit_thread second = waiting(client, ep, HIGH, THREAD_SENDING);
	EXPECT_U64(HIGH, priority_of(server));
	EXPECT(OK, thread_cancel(second.thread));
	EXPECT_U64(LOW + 1, priority_of(server));
	EXPECT(OK, thread_suspend(first.thread));
	EXPECT_U64(LOW, priority_of(server));
}

/* First's server waits for second's, which is raised with it, and falls with it. */
void test_lent_along_a_chain(void)
{
	cap_t first = kit_make(CAP_ENDPOINT, 0), second = kit_make(CAP_ENDPOINT, 0);

	make_held();
	relays[0] = (struct relay){first, second};
	struct kit_thread end = waiting(silent_server, second, LOW - 5, THREAD_RECEIVING);
	struct kit_thread between = waiting(relay, 0, LOW, THREAD_RECEIVING);
	struct kit_thread low = waiting(client, first, LOW + 1, THREAD_AWAITING);
	sleep_until(between, THREAD_AWAITING);
	sleep_until(end, THREAD_WAITING);
	EXPECT_U64(LOW + 1, priority_of(end));
	struct kit_thread high = waiting(client, first, HIGH, THREAD_SENDING);
	EXPECT_U64(HIGH, priority_of(between));
	EXPECT_U64(HIGH, priority_of(end));
	EXPECT(OK, thread_cancel(high.thread));
	EXPECT_U64(LOW + 1, priority_of(between));
	EXPECT_U64(LOW + 1, priority_of(end));
	EXPECT(OK, thread_cancel(low.thread));
	EXPECT_U64(LOW, priority_of(between));
	EXPECT_U64(LOW, priority_of(end));
}

/* No thread waits here for a server that serves elsewhere now. */
void test_lent_while_served(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	make_held();
	greet(ep);
	greet(other);
	struct kit_thread server = waiting(busy_server, ep, LOW, THREAD_WAITING);
	waiting(client, ep, HIGH, THREAD_SENDING);
	EXPECT_U64(HIGH, priority_of(server));
	EXPECT(OK, ipc(SYS_SIGNAL, opened, &(struct message){0}));
	sleep_until(server, THREAD_WAITING);
	EXPECT_U64(LOW, priority_of(server));
}

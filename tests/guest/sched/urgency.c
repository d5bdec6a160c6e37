/* Urgency reaches the thread that is waited for also when it changes during the wait, and when the wait
 * came about otherwise than by a call to a server that was there. */
#include "tests/guest/sched/sched.h"

static void client(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
}

/* Becomes the endpoint's server, and does something else. */
static void busy_server(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK});
	ipc(SYS_WAIT, never, &(struct message){0});
}

/* Takes a message and does not answer. */
static void silent_server(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	ipc(SYS_WAIT, never, &(struct message){0});
}

/* Becomes the first endpoint's server, and calls the second. */
static void busy_relay(u64 i)
{
	ipc(SYS_RECV, relays[i].from, &(struct message){.tag = TAG_NONBLOCK});
	ipc(SYS_CALL, relays[i].to, &(struct message){0});
}

/* THREAD_PRIORITY on a thread that waits, in the queue and for its answer, and was less urgent than its
 * server. */
void test_urgency_set_while_it_waits(void)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	for (u32 served = 0; served < 2; served++) {
		cap_t ep = kit_make(CAP_ENDPOINT, 0);
		if (!served)
			greet(ep);
		struct kit_thread server =
			waiting(served ? silent_server : busy_server, ep, LOW + 5,
				served ? THREAD_RECEIVING : THREAD_WAITING);
		struct kit_thread c =
			waiting(client, ep, LOW + 1, served ? THREAD_AWAITING : THREAD_SENDING);

		sleep_until(server, THREAD_WAITING);
		EXPECT_U64(LOW + 5, priority_of(server));
		EXPECT(OK, thread_set_priority(c.thread, HIGH));
		EXPECT_U64(HIGH, priority_of(server));
		EXPECT(OK, thread_set_priority(c.thread, LOW + 6));
		EXPECT_U64(LOW + 6, priority_of(server));
	}
}

/* A queued sender is raised by a thread that waits for it. Another that waits for the same server, in the queue
 * or for its answer, leaves: the first one's loan stays. */
void test_urgency_of_a_raised_sender(void)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	for (u32 served = 0; served < 2; served++) {
		cap_t ep = kit_make(CAP_ENDPOINT, 0), to_relay = kit_make(CAP_ENDPOINT, 0);
		if (!served)
			greet(ep);
		greet(to_relay);
		struct kit_thread server = waiting(served ? silent_server : busy_server, ep, LOW,
						   served ? THREAD_RECEIVING : THREAD_WAITING);
		struct kit_thread other =
			waiting(client, ep, LOW + 1, served ? THREAD_AWAITING : THREAD_SENDING);

		sleep_until(server, THREAD_WAITING);
		relays[0] = (struct relay){to_relay, ep};
		struct kit_thread between = waiting(busy_relay, 0, LOW, THREAD_SENDING);
		struct kit_thread high = waiting(client, to_relay, HIGH, THREAD_SENDING);
		EXPECT_U64(HIGH, priority_of(between));
		EXPECT_U64(HIGH, priority_of(server));
		EXPECT(OK, thread_cancel(other.thread));
		EXPECT_U64(HIGH, priority_of(between));
		EXPECT_U64(HIGH, priority_of(server));
		EXPECT(OK, thread_cancel(high.thread));
		EXPECT_U64(LOW, priority_of(between));
		EXPECT_U64(LOW, priority_of(server));
	}
}

static void become_server_and_fault(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK});
	__asm__ volatile("ud2");
}

/* A caller of a faulted server waits for its handler. */
void test_urgency_through_a_fault(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), faults = kit_make(CAP_ENDPOINT, 0);

	never = kit_make(CAP_NOTIFICATION, 0);
	struct kit_thread handler = waiting(silent_server, faults, LOW, THREAD_RECEIVING);
	greet(ep);
	struct kit_thread server = kit_thread(become_server_and_fault, ep, LOW);
	give_fault_endpoint(server.thread, faults);
	sleep_until(server, THREAD_FAULTED);
	struct kit_thread high = waiting(client, ep, HIGH, THREAD_SENDING);
	EXPECT_U64(HIGH, priority_of(server));
	EXPECT_U64(HIGH, priority_of(handler));
	EXPECT(OK, thread_cancel(high.thread));
	EXPECT_U64(LOW, priority_of(server));
	EXPECT_U64(LOW, priority_of(handler));
}

static volatile enum microk_status received;

static void note_and_wait(u64 ep)
{
	received = ipc(SYS_RECV, ep, &(struct message){0});
	ipc(SYS_WAIT, never, &(struct message){0});
}

/* A sender that was queued before there was a server waits for that server from its first receive on, whatever that receive
 * returns. */
void test_urgency_of_who_came_first(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), n = kit_make(CAP_NOTIFICATION, 0);

	never = kit_make(CAP_NOTIFICATION, 0);
	struct kit_thread server = kit_thread(note_and_wait, ep, LOW);
	EXPECT(OK, thread_suspend(server.thread));
	EXPECT(OK, CONFIGURE(server.thread, .notification = n));
	EXPECT(OK, ipc(SYS_SIGNAL, kit_mint(n, RIGHT_WRITE, 1, MINT_BADGE), &(struct message){0}));
	waiting(client, ep, HIGH, THREAD_SENDING);
	EXPECT(OK, thread_resume(server.thread));
	sleep_until(server, THREAD_WAITING);
	EXPECT(ST_NOTIFIED, received);
	EXPECT_U64(HIGH, priority_of(server));
}

/* The server that replaces a stopped one is lent the same urgency, also by the threads left in the queue. */
void test_urgency_of_a_replaced_server(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	never = kit_make(CAP_NOTIFICATION, 0);
	greet(ep);
	struct kit_thread first = waiting(busy_server, ep, LOW, THREAD_WAITING);
	waiting(client, ep, LOW + 1, THREAD_SENDING);
	waiting(client, ep, HIGH, THREAD_SENDING);
	EXPECT_U64(HIGH, priority_of(first));
	EXPECT(OK, thread_suspend(first.thread));
	struct kit_thread second = waiting(silent_server, ep, LOW, THREAD_WAITING);
	EXPECT_U64(HIGH, priority_of(second));
	EXPECT_U64(LOW, priority_of(first));
}

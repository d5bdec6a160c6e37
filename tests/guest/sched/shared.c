/* Endpoints with several servers, and callers that are kept for later: the loans of urgency between them, and the
 * calls that are allowed. */
#include "tests/guest/sched/sched.h"

static void client(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
}

static void poll_once(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK});
}

static volatile enum microk_status called;

static void poll_and_call(u64 ep)
{
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	called = ipc(SYS_CALL, ep, &(struct message){0});
}

static void serve_once(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	ipc(SYS_REPLY, 0, &(struct message){0});
}

/* A poll that found no message does not make its caller a server: it may call an endpoint that another thread will serve. */
void test_looked_once_and_calls(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	called = ERR_STATE;
	struct kit_thread t = kit_thread(poll_and_call, ep, URGENT);
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	kit_thread(serve_once, ep, URGENT);
	EXPECT(OK, called);
}

/* Takes a request, does not answer. */
static void silent_server(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	ipc(SYS_WAIT, never, &(struct message){0});
}

/* Another thread received once, without waiting, while the server waited. */
void test_lent_after_another_looked(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	never = kit_make(CAP_NOTIFICATION, 0);
	struct kit_thread server = waiting(silent_server, ep, LOW, THREAD_RECEIVING);
	kit_thread(poll_once, ep, URGENT);
	waiting(client, ep, LOW + 1, THREAD_AWAITING);
	waiting(client, ep, HIGH, THREAD_SENDING);
	EXPECT_U64(HIGH, priority_of(server));
}

/* While an endpoint has two servers, the callers in its queue lend neither their urgency. When one server leaves, stops or ends,
 * they lend it to the other, as soon as the processor is free for the most urgent of them. */
void test_lent_after_another_left(void)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	for (u32 how = 0; how < 2; how++) {
		cap_t ep = kit_make(CAP_ENDPOINT, 0);
		struct kit_thread first = waiting(silent_server, ep, LOW, THREAD_RECEIVING);
		struct kit_thread second = waiting(silent_server, ep, LOW, THREAD_RECEIVING);

		waiting(client, ep, LOW + 1, THREAD_AWAITING);
		waiting(client, ep, LOW + 2, THREAD_AWAITING);
		waiting(client, ep, HIGH, THREAD_SENDING);
		EXPECT_U64(LOW + 1, priority_of(first));
		EXPECT_U64(LOW + 2, priority_of(second));
		EXPECT(OK, how ? slot_delete(first.thread) : thread_suspend(first.thread));
		sleep_until_priority(second, HIGH);
	}
}

/* Takes a request, and faults. */
static void faulting_server(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	__asm__ volatile("ud2");
}

static const struct message stays = {.tag = TAG(FAULT_STAYS, 0)};

/* The ways in which a thread that has faulted is left stopped; `faults` is its fault endpoint. */
static void left_by_answer(cap_t faults, cap_t unused)
{
	(void)unused;
	EXPECT(OK, ipc(SYS_RECV, faults, &(struct message){0}));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = stays.tag}));
}

static void left_by_late_answer(cap_t faults, cap_t unused)
{
	cap_t reply = kit_make(CAP_REPLY, 0);

	(void)unused;
	EXPECT(OK, ipc(SYS_RECV, faults, &(struct message){0}));
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
	EXPECT(OK, ipc(SYS_SEND, reply, &(struct message){.tag = stays.tag}));
}

static void left_by_fail(cap_t faults, cap_t unused)
{
	(void)unused;
	EXPECT(OK, cnode_fail(ROOT_CNODE, faults));
}

static void left_by_revoke(cap_t faults, cap_t unused)
{
	(void)unused;
	EXPECT(OK, slot_revoke(faults));
}

static void left_by_clear(cap_t unused, cap_t thread)
{
	(void)unused;
	EXPECT(OK, thread_clear(thread, THREAD_ROOT_FAULT));
}

static void left_by_drops(cap_t faults, cap_t unused)
{
	(void)unused;
	for (u32 i = 0; i < FAULT_REPORTS; i++)
		EXPECT(OK, ipc(SYS_RECV, faults, &(struct message){0}));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, faults, &(struct message){.tag = TAG_NONBLOCK}));
}

/* A server that faults, and is left stopped, has left its endpoint to the other. */
void test_lent_after_another_faulted(void)
{
	static void (*const ways[])(cap_t faults, cap_t thread) = {
		left_by_answer, left_by_late_answer, left_by_fail,
		left_by_revoke, left_by_clear,       left_by_drops};

	never = kit_make(CAP_NOTIFICATION, 0);
	for (u32 way = 0; way < ARRAY_LEN(ways); way++) {
		cap_t ep = kit_make(CAP_ENDPOINT, 0), faults = kit_make(CAP_ENDPOINT, 0);
		struct kit_thread first = kit_thread(faulting_server, ep, LOW);

		give_fault_endpoint(first.thread, faults);
		sleep_until(first, THREAD_RECEIVING);
		struct kit_thread second = waiting(silent_server, ep, LOW, THREAD_RECEIVING);

		waiting(client, ep, LOW + 1, THREAD_AWAITING);
		waiting(client, ep, LOW + 2, THREAD_AWAITING);
		waiting(client, ep, HIGH, THREAD_SENDING);
		EXPECT_U64(THREAD_SENDING, kit_state(first));
		EXPECT_U64(LOW + 2, priority_of(second));
		ways[way](faults, first.thread);
		EXPECT_U64(THREAD_STOPPED, kit_state(first));
		sleep_until_priority(second, HIGH);
	}
}

/* A handler serves the endpoint of the reports with another, and reports a fault of its own to a server that waits for it. When the
 * wait of the two for each other is ended, the handler is left stopped, and the other serves alone. */
void test_lent_after_a_handler_was_given_up(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), reports = kit_make(CAP_ENDPOINT, 0);

	never = kit_make(CAP_NOTIFICATION, 0);
	greet(ep);
	struct kit_thread leaver = waiting(silent_server, ep, LOW, THREAD_WAITING);
	greet(reports);
	struct kit_thread other = waiting(silent_server, reports, LOW, THREAD_WAITING);
	struct kit_thread handler = kit_thread(faulting_server, reports, LOW);

	give_fault_endpoint(handler.thread, ep);
	sleep_until(handler, THREAD_RECEIVING);
	struct kit_thread server = kit_thread(faulting_server, ep, HIGH);

	give_fault_endpoint(server.thread, reports);
	greet(ep);
	sleep_until(handler, THREAD_SENDING);
	EXPECT_U64(LOW, priority_of(other));
	EXPECT(OK, thread_suspend(leaver.thread));
	sleep_until(handler, THREAD_STOPPED);
	EXPECT_U64(THREAD_SENDING, kit_state(server));
	sleep_until_priority(other, HIGH);
}

/* ---- callers in Reply objects ---- */
static cap_t saved[2], gate, opens;

/* Takes two requests and keeps both; when the gate is opened it answers the first, then the second. */
static void keep_two(u64 ep)
{
	for (u32 i = 0; i < 2; i++) {
		ipc(SYS_RECV, ep, &(struct message){0});
		EXPECT(OK, cnode_save_caller(ROOT_CNODE, saved[i]));
	}
	for (u32 i = 0; i < 2; i++) {
		ipc(SYS_WAIT, gate, &(struct message){0});
		ipc(SYS_SEND, saved[i], &(struct message){0});
	}
	ipc(SYS_WAIT, never, &(struct message){0});
}

static void make_gate(void)
{
	never = kit_make(CAP_NOTIFICATION, 0);
	gate = kit_make(CAP_NOTIFICATION, 0);
	opens = kit_mint(gate, RIGHT_WRITE, 1, MINT_BADGE);
	for (u32 i = 0; i < 2; i++)
		saved[i] = kit_make(CAP_REPLY, 0);
}

void test_lent_through_a_reply_object(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	make_gate();
	struct kit_thread server = waiting(keep_two, ep, LOW, THREAD_RECEIVING);
	struct kit_thread high = waiting(client, ep, HIGH, THREAD_AWAITING);
	sleep_until(server, THREAD_RECEIVING);
	EXPECT_U64(HIGH, priority_of(server));
	struct kit_thread middling = waiting(client, ep, MIDDLE, THREAD_AWAITING);
	sleep_until(server, THREAD_WAITING);
	EXPECT_U64(HIGH, priority_of(server));
	/* The urgency of a caller changes while it waits. */
	EXPECT(OK, thread_set_priority(high.thread, LOW + 1));
	EXPECT_U64(MIDDLE, priority_of(server));
	EXPECT(OK, thread_set_priority(high.thread, HIGH));
	EXPECT_U64(HIGH, priority_of(server));
	EXPECT(OK, ipc(SYS_SIGNAL, opens, &(struct message){0}));
	sleep_until(high, THREAD_STOPPED);
	EXPECT_U64(MIDDLE, priority_of(server));
	/* A caller that gives up lends no more. */
	EXPECT(OK, thread_cancel(middling.thread));
	EXPECT_U64(LOW, priority_of(server));
}

/* The thread that saved the callers has ended; another answers one of them, and the other stays in its Reply. */
void test_saved_and_then_gone(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	make_gate();
	struct kit_thread server = waiting(keep_two, ep, LOW, THREAD_RECEIVING);
	struct kit_thread a = waiting(client, ep, HIGH, THREAD_AWAITING);
	sleep_until(server, THREAD_RECEIVING);
	struct kit_thread b = waiting(client, ep, MIDDLE, THREAD_AWAITING);
	sleep_until(server, THREAD_WAITING);
	EXPECT(OK, slot_delete(server.thread));
	EXPECT_U64(THREAD_AWAITING, kit_state(a));
	EXPECT_U64(THREAD_AWAITING, kit_state(b));
	EXPECT(OK, ipc(SYS_SEND, saved[0], &(struct message){0}));
	sleep_until(a, THREAD_STOPPED);
	EXPECT_U64(THREAD_AWAITING, kit_state(b));
	EXPECT(OK, slot_delete(saved[1]));
	sleep_until(b, THREAD_STOPPED);
}

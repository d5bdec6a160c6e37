/* Messages that would wait for their own sender are refused, however long the way round, and through faults, too. */
#include "tests/guest/sched/sched.h"

void test_calls_itself(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	greet(ep);
	EXPECT(OK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT(ERR_DEADLOCK, ipc(SYS_CALL, ep, &(struct message){0}));
}

void test_call_cycle(void)
{
	cap_t a = kit_make(CAP_ENDPOINT, 0), b = kit_make(CAP_ENDPOINT, 0),
	      c = kit_make(CAP_ENDPOINT, 0);

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

/* A call that would not wait, or may not send, gets that error and no other. */
void test_refused_before_deadlock(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct message m = {.tag = TAG_NONBLOCK};

	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_CALL, ep, &m));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_SEND, ep, &m));
	m.tag = 0;
	EXPECT(ERR_RIGHTS, ipc(SYS_CALL, kit_mint(ep, RIGHT_READ, 0, 0), &m));
}

/* As relay does, but the first does not wait for a message. Argument: which of relays. */
static void serve_and_call(u64 i)
{
	ipc(SYS_RECV, relays[i].from, &(struct message){.tag = TAG_NONBLOCK});
	relay_result[i] = ipc(SYS_CALL, relays[i].to, &(struct message){0});
}

static void take_and_send(u64 i)
{
	ipc(SYS_RECV, relays[i].from, &(struct message){0});
	relay_result[i] = ipc(SYS_SEND, relays[i].to, &(struct message){0});
	ipc(SYS_REPLY, 0, &(struct message){0});
}

static void forget_results(void)
{
	for (u32 i = 0; i < ARRAY_LEN(relay_result); i++)
		relay_result[i] = ERR_STATE; /* a status that none of these calls returns */
}

/* A send waits as a call does: until the other receives, which waits for the sender. */
void test_send_closes_a_cycle(void)
{
	cap_t a = kit_make(CAP_ENDPOINT, 0), b = kit_make(CAP_ENDPOINT, 0);

	forget_results();
	relays[0] = (struct relay){a, b};
	relays[1] = (struct relay){b, a};
	kit_thread(take_and_send, 0, URGENT);
	greet(b);
	struct kit_thread other = kit_thread(serve_and_call, 1, URGENT);
	EXPECT(ERR_DEADLOCK, relay_result[0]);
	EXPECT(OK, relay_result[1]);
	EXPECT_U64(THREAD_STOPPED, kit_state(other));
}

static void receive_once(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
}

/* One server after another, the first stopped or gone: still one that can be named, not two. */
void test_cycle_past_a_replaced_server(void)
{
	for (u32 gone = 0; gone < 2; gone++) {
		cap_t ep = kit_make(CAP_ENDPOINT, 0);
		struct kit_thread first = kit_thread(receive_once, ep, URGENT);

		EXPECT_U64(THREAD_RECEIVING, kit_state(first));
		EXPECT(OK, gone ? slot_delete(first.thread) : thread_suspend(first.thread));
		forget_results();
		relays[0] = (struct relay){ep, ep};
		greet(ep);
		kit_thread(serve_and_call, 0, URGENT);
		EXPECT(ERR_DEADLOCK, relay_result[0]);
	}
}

/* ---- a faulted thread waits for its handler ---- */
static void become_server_and_fault(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK});
	__asm__ volatile("ud2");
}

static void take_and_fault(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	__asm__ volatile("ud2");
}

static struct kit_thread with_handler(void (*entry)(u64), cap_t ep, cap_t handler)
{
	struct kit_thread t = kit_thread(entry, ep, KIT_PRIORITY - 1); /* does not run yet */

	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .fault_endpoint = handler));
	EXPECT(OK, thread_set_priority(t.thread, KIT_PRIORITY));
	EXPECT(OK, thread_resume(t.thread));
	return t;
}

/* The handler calls the thread whose fault it handles: only the handler itself could let it go on. */
void test_handler_calls_the_faulted(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), faults = kit_make(CAP_ENDPOINT, 0);

	forget_results();
	relays[0] = (struct relay){faults, ep};
	struct kit_thread handler = kit_thread(relay, 0, URGENT);
	greet(ep);
	struct kit_thread server = with_handler(become_server_and_fault, ep, faults);
	KIT_UNTIL(kit_state(handler) == THREAD_STOPPED);
	EXPECT(ERR_DEADLOCK, relay_result[0]);
	KIT_UNTIL(kit_state(server) != THREAD_FAULTED);
}

/* The server faults while it works for its own handler, which can take no report: the server is given up. */
void test_fault_closes_a_cycle(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), faults = kit_make(CAP_ENDPOINT, 0);

	forget_results();
	relays[0] = (struct relay){faults, ep};
	struct kit_thread server = with_handler(take_and_fault, ep, faults);
	KIT_UNTIL(kit_state(server) == THREAD_RECEIVING);
	greet(faults);
	struct kit_thread handler = kit_thread(serve_and_call, 0, URGENT);
	KIT_UNTIL(kit_state(server) == THREAD_STOPPED);
	EXPECT(ERR_PEER_DIED, relay_result[0]);
	EXPECT_U64(THREAD_STOPPED, kit_state(handler));
}

/* ---- a server leaves one endpoint for another ---- */
static cap_t reports, leaves, other;
static volatile bool other_ran;

/* Serves `ep`; then receives a report of a fault, wakes a thread of its own priority, and waits. */
static void leave_for_reports(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK});
	ipc(SYS_WAIT, leaves, &(struct message){0});
	ipc(SYS_RECV, reports, &(struct message){0});
	ipc(SYS_SIGNAL, other, &(struct message){0});
	ipc(SYS_WAIT, never, &(struct message){0});
}

static void run_after(u64 wakes)
{
	ipc(SYS_WAIT, wakes, &(struct message){0});
	other_ran = true;
}

/* The last server of `ep` has faulted; its handler, too, and reports that to `ep`. The handler is given up when the other server
 * receives elsewhere, and the first report comes to that server again, which then waits there in the same call. */
void test_report_ends_the_receive_that_frees_it(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	reports = kit_make(CAP_ENDPOINT, 0);
	leaves = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);
	other = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);
	never = kit_make(CAP_NOTIFICATION, 0);
	other_ran = false;
	greet(ep);
	struct kit_thread leaver = kit_thread(leave_for_reports, ep, URGENT);
	struct kit_thread handler = with_handler(take_and_fault, reports, ep);
	KIT_UNTIL(kit_state(handler) == THREAD_RECEIVING);
	greet(ep);
	struct kit_thread server = with_handler(become_server_and_fault, ep, reports);
	KIT_UNTIL(kit_state(handler) == THREAD_SENDING);
	struct kit_thread after = kit_thread(run_after, other, URGENT);
	EXPECT(OK, ipc(SYS_SIGNAL, leaves, &(struct message){0}));
	KIT_UNTIL(kit_state(handler) == THREAD_STOPPED);
	EXPECT_U64(THREAD_FAULTED, kit_state(server));
	EXPECT_U64(THREAD_WAITING, kit_state(leaver));
	EXPECT_U64(THREAD_STOPPED, kit_state(after));
	CHECK(other_ran);
}

/* ---- many threads ---- */
#define MANY 40
static cap_t endpoints[MANY + 1];
static volatile enum microk_status results[MANY];

static void chain_member(u64 i)
{
	ipc(SYS_RECV, endpoints[i], &(struct message){0});
	results[i] = ipc(SYS_CALL, endpoints[i + 1], &(struct message){0});
	ipc(SYS_REPLY, 0, &(struct message){0});
}

static void call_first(u64 unused)
{
	(void)unused;
	relay_result[0] = ipc(SYS_CALL, endpoints[0], &(struct message){0});
}

/* The test itself; it does not hang if the kernel lets it wait. */
static enum microk_status call_in_time(cap_t ep)
{
	ipc_buffer->deadline = now() + microseconds(10000);
	return ipc(SYS_CALL, ep, &(struct message){.tag = TAG_DEADLINE});
}

static void make_members(u32 n)
{
	for (u32 i = 0; i < n; i++)
		endpoints[i] = kit_make(CAP_ENDPOINT, 0);
	for (u32 i = 0; i < n; i++) {
		results[i] = ERR_STATE;
		kit_thread(chain_member, i, URGENT);
	}
}

/* The last calls the first: refused, whether the kernel sees the cycle or only that it cannot see to the end. */
void test_long_cycle(void)
{
	static const u32 lengths[] = {30, 34, MANY};

	for (u32 i = 0; i < ARRAY_LEN(lengths); i++) {
		u32 n = lengths[i];
		make_members(n);
		endpoints[n] = endpoints[0];
		EXPECT(OK, call_in_time(endpoints[0]));
		EXPECT(ERR_DEADLOCK, results[n - 1]);
		for (u32 k = 0; k < n - 1; k++)
			EXPECT(OK, results[k]);
	}
}

/* The last of a chain of waits without a cycle may wait as long as the kernel can see to its end. */
void test_too_long_to_look_through(void)
{
	make_members(MANY);
	endpoints[MANY] = kit_make(CAP_ENDPOINT, 0); /* without a server */
	struct kit_thread client = kit_thread(call_first, 0, URGENT);
	EXPECT_U64(THREAD_AWAITING, kit_state(client));
	EXPECT(ERR_DEADLINE, call_in_time(endpoints[MANY - 30]));
	EXPECT(ERR_DEADLOCK, call_in_time(endpoints[0]));
	EXPECT_U64(THREAD_AWAITING, kit_state(client));
}

/* A caller wakes with an error when its server will not answer any more: it faulted, and its handler gave it up. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define URGENT (KIT_PRIORITY + 1) /* runs until it waits before the test goes on */
#define WAITS 999
#define LONGEST                                                                                    \
	31 /* faulted threads, each of which handled the one before; one more is given up at once */

static volatile u64 result;

static void call_once(u64 ep)
{
	result = WAITS;
	result = ipc(SYS_CALL, ep, &(struct message){0});
}

static void take_and_fault(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	__asm__ volatile("ud2");
}

/* A thread that takes one message from `ep`, then faults to `handler`. */
static struct kit_thread faulting(cap_t ep, cap_t handler)
{
	struct kit_thread t =
		kit_thread(take_and_fault, ep, KIT_PRIORITY - 1); /* does not run yet */

	give_fault_endpoint(t.thread, handler);
	EXPECT(OK, thread_set_priority(t.thread, URGENT));
	EXPECT_U64(THREAD_RECEIVING, kit_state(t));
	return t;
}

/* The handler's answer leaves the thread stopped. */
static void stay_stopped(bool by_object)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), faults = kit_make(CAP_ENDPOINT, 0),
	      later = kit_make(CAP_REPLY, 0);
	struct kit_thread server = faulting(ep, faults), client = kit_thread(call_once, ep, URGENT);
	struct message m = {0}, no = {.tag = TAG(1, 0)};

	EXPECT(OK, ipc(SYS_RECV, faults, &m));
	EXPECT_U64(THREAD_FAULTED, kit_state(server));
	EXPECT_U64(THREAD_AWAITING, kit_state(client));
	if (by_object)
		EXPECT(OK, cnode_save_caller(ROOT_CNODE, later));
	EXPECT(OK, by_object ? ipc(SYS_SEND, later, &no) : ipc(SYS_REPLY, 0, &no));
	EXPECT_U64(THREAD_STOPPED, kit_state(server));
	EXPECT_U64(THREAD_STOPPED, kit_state(client));
	EXPECT_U64(ERR_PEER_DIED, result);
}

void test_fault_answered_stay_stopped(void)
{
	stay_stopped(false);
	stay_stopped(true);
}

static struct kit_thread handlers[40];
static cap_t reports[41];

/* A client calls the first of `n`; each faults at its message, and the next one receives the report. All stay in a
 * chain, the last's report at reports[n]. */
static struct kit_thread chain_of(u32 n)
{
	for (u32 i = 0; i <= n; i++)
		reports[i] = kit_make(CAP_ENDPOINT, 0);
	for (u32 i = 0; i < n; i++)
		handlers[i] = faulting(reports[i], reports[i + 1]);
	return kit_thread(call_once, reports[0], URGENT);
}

static void expect_ended(struct kit_thread client, u32 n)
{
	EXPECT_U64(ERR_PEER_DIED, result);
	EXPECT_U64(THREAD_STOPPED, kit_state(client));
	for (u32 i = 0; i < n; i++)
		EXPECT_U64(THREAD_STOPPED, kit_state(handlers[i]));
}

/* The last thread of a chain of maximal length is given up, by its handler and by the end of the endpoint. No handler can
 * take the faults of the others, so all end. */
void test_handlers_of_handlers(void)
{
	struct message m = {0};

	for (u32 way = 0; way < 2; way++) {
		struct kit_thread client = chain_of(LONGEST);
		EXPECT_U64(WAITS, result);
		EXPECT_U64(THREAD_SENDING, kit_state(handlers[LONGEST - 1]));
		if (!way)
			EXPECT(OK, ipc(SYS_RECV, reports[LONGEST], &m));
		for (u32 i = 0; i < LONGEST - way; i++)
			EXPECT(OK, thread_clear(handlers[i].thread, THREAD_ROOT_FAULT));
		EXPECT_U64(WAITS, result);
		if (way) {
			EXPECT(OK, cnode_fail(ROOT_CNODE, reports[LONGEST]));
		} else {
			m.tag = TAG_NONBLOCK;
			EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, reports[LONGEST], &m));
		}
		expect_ended(client, LONGEST);
	}
}

/* A chain that is too long to be ended in one go never exists: the thread whose fault would make it too long is given up, and
 * the fault that it was to handle waits for another handler. */
void test_too_many_handlers(void)
{
	struct message m = {0};
	struct kit_thread client = chain_of(ARRAY_LEN(handlers));

	EXPECT_U64(THREAD_AWAITING, kit_state(client));
	for (u32 i = 0; i < LONGEST - 1; i++)
		EXPECT_U64(THREAD_FAULTED, kit_state(handlers[i]));
	EXPECT_U64(THREAD_SENDING, kit_state(handlers[LONGEST - 1]));
	EXPECT_U64(THREAD_STOPPED, kit_state(handlers[LONGEST]));
	for (u32 i = LONGEST + 1; i < ARRAY_LEN(handlers); i++)
		EXPECT_U64(THREAD_RECEIVING, kit_state(handlers[i]));
	EXPECT(OK, ipc(SYS_RECV, reports[LONGEST], &m));
	EXPECT_U64(THREAD_FAULTED, kit_state(handlers[LONGEST - 1]));
}

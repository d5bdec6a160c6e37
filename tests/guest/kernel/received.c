/* A call that is ended from outside: had its request been received? */
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define URGENT (KIT_PRIORITY + 1) /* runs until it waits before the test goes on */
#define WAITS 999
#define SOON 200 /* microseconds */

static volatile u64 tag;

static void call(u64 ep)
{
	struct message m = {0};

	tag = WAITS;
	ipc(SYS_CALL, ep, &m);
	tag = m.tag;
}

static void call_with_deadline(u64 ep)
{
	struct message m = {.tag = TAG_DEADLINE};

	tag = WAITS;
	ipc_buffer->deadline = now() + microseconds(SOON);
	ipc(SYS_CALL, ep, &m);
	tag = m.tag;
}

/* The ways in which a call is ended. */
static void cancel(cap_t thread)
{
	EXPECT(OK, thread_cancel(thread));
}

static void stop_and_go_on(cap_t thread)
{
	EXPECT(OK, thread_suspend(thread));
	EXPECT(OK, thread_resume(thread));
}

static void let_expire(cap_t thread)
{
	(void)thread;
	KIT_UNTIL(tag != WAITS);
}

static void ends_by(void (*way)(cap_t), void (*caller)(u64), u64 status)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), reply = kit_make(CAP_REPLY, 0);

	/* No server has received it, nor will one. */
	struct kit_thread t = kit_thread(caller, ep, URGENT);
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	way(t.thread);
	KIT_UNTIL(tag != WAITS);
	EXPECT_U64(status, tag);
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	/* A server works on it, or keeps it for later; its answer comes too late. */
	for (u32 later = 0; later < 2; later++) {
		t = kit_thread(caller, ep, URGENT);
		EXPECT(OK, ipc(SYS_RECV, ep, &(struct message){0}));
		if (later)
			EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
		EXPECT_U64(THREAD_AWAITING, kit_state(t));
		way(t.thread);
		KIT_UNTIL(tag != WAITS);
		EXPECT_U64(status | TAG_RECEIVED, tag);
		EXPECT(ERR_NO_REPLY, later ? ipc(SYS_SEND, reply, &(struct message){0})
					   : ipc(SYS_REPLY, 0, &(struct message){0}));
	}
}

void test_received_or_not(void)
{
	ends_by(cancel, call, ERR_CANCELLED);
	ends_by(stop_and_go_on, call, ERR_CANCELLED);
	ends_by(let_expire, call_with_deadline, ERR_DEADLINE);
	EXPECT(ERR_SYSCALL, ipc(SYS_YIELD, 0, &(struct message){.tag = TAG_RECEIVED}));
}

static void receive(u64 ep)
{
	struct message m = {0};

	tag = WAITS;
	ipc(SYS_RECV, ep, &m);
	tag = m.tag;
}

/* An answer that the caller cannot take comes after the request was received; a request that does not fit, before. */
void test_answer_that_does_not_fit(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(call, ep, URGENT);

	EXPECT(OK, thread_clear(t.thread, THREAD_ROOT_BUFFER));
	EXPECT(OK, ipc(SYS_RECV, ep, &(struct message){0}));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(0, 9)}));
	KIT_UNTIL(tag != WAITS);
	EXPECT_U64(ERR_BUFFER | TAG_RECEIVED, tag);
	t = kit_thread(receive, ep, URGENT);
	EXPECT(OK, thread_clear(t.thread, THREAD_ROOT_BUFFER));
	struct message m = {.tag = TAG(0, 9)};
	EXPECT(ERR_BUFFER, ipc(SYS_CALL, ep, &m));
	EXPECT_U64(ERR_BUFFER, m.tag);
}

/* No other wait is a request. */
void test_receiver_is_cancelled(void)
{
	struct kit_thread t = kit_thread(receive, kit_make(CAP_ENDPOINT, 0), URGENT);

	EXPECT_U64(THREAD_RECEIVING, kit_state(t));
	EXPECT(OK, thread_cancel(t.thread));
	KIT_UNTIL(tag == ERR_CANCELLED);
}

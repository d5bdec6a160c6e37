/* A call that is ended from outside: had its request been received? */
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/stub.h"

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

/* ---- a client that is cancelled asks what became of its request, as a stub of an operation that is `once` does ---- */
#define LABEL 0x100
#define ABANDONED 0x200
#define NUMBER 0x700000005ul

static cap_t served, go_on;
static volatile u64 effects, outcome, answered;

/* It finishes a request when the bell rings, and keeps its last answer. */
static void serve(u64 ep)
{
	struct message m = {0};
	u64 kept = 0;

	for (enum microk_status s = ipc(SYS_RECV, ep, &m); s == OK;
	     s = ipc(SYS_REPLY_RECV, ep, &m)) {
		u64 number = m.word[0];
		bool asks = TAG_LABEL(m.tag) != LABEL;

		if (!asks) {
			struct message wait = {0};
			ipc(SYS_WAIT, go_on, &wait);
			effects++;
			kept = number;
		}
		m = (struct message){
			.tag = TAG(kept == number ? OK : ERR_CANCELLED, 1), .word = {number * 2}};
	}
}

static void request(u64 unused)
{
	struct message m = {.tag = TAG(LABEL, 1), .word = {NUMBER}};

	(void)unused;
	outcome = WAITS;
	ipc(SYS_CALL, served, &m);
	if (m.tag & TAG_RECEIVED)
		stub_abandon(served, ABANDONED, NUMBER, &m);
	answered = m.word[0];
	outcome = TAG_STATUS(m.tag) ? TAG_STATUS(m.tag) : TAG_LABEL(m.tag);
}

void test_abandoned_request(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), bell = kit_make(CAP_NOTIFICATION, 0);
	cap_t ring = kit_mint(bell, RIGHT_WRITE, 1, MINT_BADGE);

	served = ep, go_on = bell, effects = 0;
	struct kit_thread server = kit_thread(serve, ep, URGENT), client;
	/* It was being served: the client gets the answer after all, and there is one effect. */
	client = kit_thread(request, 0, URGENT);
	EXPECT_U64(THREAD_AWAITING, kit_state(client));
	EXPECT(OK, thread_cancel(client.thread));
	EXPECT_U64(WAITS, outcome);
	EXPECT_U64(THREAD_SENDING, kit_state(client));
	EXPECT(OK, ipc(SYS_SIGNAL, ring, &(struct message){0}));
	KIT_UNTIL(outcome != WAITS);
	EXPECT_U64(OK, outcome);
	EXPECT_U64(2 * NUMBER, answered);
	EXPECT_U64(1, effects);
	/* Its server dies with it: the successor knows of no such request. */
	client = kit_thread(request, 0, URGENT);
	EXPECT(OK, thread_cancel(client.thread));
	EXPECT(OK, slot_delete(server.thread));
	EXPECT_U64(WAITS, outcome);
	server = kit_thread(serve, ep, URGENT);
	KIT_UNTIL(outcome != WAITS);
	EXPECT_U64(ERR_CANCELLED, outcome);
	EXPECT_U64(1, effects);
	/* No server had received it: there is nothing to ask. */
	EXPECT(OK, slot_delete(server.thread));
	client = kit_thread(request, 0, URGENT);
	EXPECT(OK, thread_cancel(client.thread));
	KIT_UNTIL(outcome != WAITS);
	EXPECT_U64(ERR_CANCELLED, outcome);
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
}

/* No other wait is a request. */
void test_receiver_is_cancelled(void)
{
	struct kit_thread t = kit_thread(receive, kit_make(CAP_ENDPOINT, 0), URGENT);

	EXPECT_U64(THREAD_RECEIVING, kit_state(t));
	EXPECT(OK, thread_cancel(t.thread));
	KIT_UNTIL(tag == ERR_CANCELLED);
}

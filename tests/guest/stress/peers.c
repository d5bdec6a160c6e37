/*
 * Peers that end, case by case (Hubris' issue 4 and its consequences): an answer that never comes, an answer
 * to a caller that died, or died and came back in the same place, a receive from a dead sender. The test is
 * the server; its callers are threads made in memory of their own.
 */
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/stress/stress.h"
#include "tests/guest/stress/traffic.h"
#include "lib/microk/memory.h"

#define CALLERS 2
#define URGENT (KIT_PRIORITY + 1) /* a caller runs until it waits before the test goes on */
#define STACK_PAGES 2

static struct caller {
	cap_t memory, thread, frame, service;
	struct ipcbuf *buffer;
	void *stack;
	u64 request, deadline; /* 0: none */
	volatile bool ended;
	volatile enum microk_status status;
	struct message answer;
} callers[CALLERS];

static void caller_body(struct caller *c)
{
	struct message m = {.tag = traffic_tag(T_ECHO, MSG_WORDS, c->request)};

	if (c->deadline) {
		m.tag |= TAG_DEADLINE;
		c->buffer->deadline = c->deadline;
	}
	traffic_fill(&m, c->buffer, MSG_WORDS, ASKED, 0, c->request);
	enum microk_status s = ipc(SYS_CALL, c->service, &m);
	c->status = s;
	c->answer = m;
	c->ended = true;
	thread_suspend(c->thread);
}

/* The thread lies in the place of the one before it, if there was one. */
static void caller_start(struct caller *c, u64 request)
{
	c->request = request;
	c->ended = false;
	EXPECT(OK, retype(c->memory, CAP_THREAD, 0, c->thread, 1));
	EXPECT(OK, CONFIGURE(c->thread, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE,
			     .ipc_buffer_frame = c->frame));
	EXPECT(OK, thread_set_priority(c->thread, URGENT));
	EXPECT(OK, thread_start_at(c->thread, (u64)caller_body,
				   (u64)c->stack + STACK_PAGES * PAGE_SIZE - 8, (u64)c));
}

static struct caller *caller_make(u32 n, cap_t service)
{
	struct caller *c = &callers[n];

	*c = (struct caller){
		.memory = sub_untyped(PAGE_SIZE), .thread = kit_slot(), .service = service};
	c->buffer = kit_page(&c->frame);
	EXPECT(OK, memory_make(STACK_PAGES, NULL, &c->stack));
	return c;
}

enum way { SUSPENDED, DELETED, REVOKED, WAYS };

static void caller_kill(struct caller *c, enum way way)
{
	switch (way) {
	case SUSPENDED: EXPECT(OK, thread_suspend(c->thread)); break;
	case DELETED: EXPECT(OK, slot_delete(c->thread)); break;
	default: EXPECT(OK, slot_revoke(c->memory));
	}
}

static struct message receive(enum microk_syscall op, cap_t ep, u64 tag, enum microk_status wanted)
{
	struct message m = {.tag = tag};

	EXPECT(wanted, ipc(op, ep, &m));
	return m;
}

static void expect_request(const struct message *m, u64 request)
{
	EXPECT_U64(request, TAG_REQUEST(m->tag));
	EXPECT_U64(MSG_WORDS, TAG_LENGTH(m->tag));
	CHECK(traffic_wrong(m, ipc_buffer, ASKED, 0, request) < 0);
}

static u64 answer(u64 request)
{
	return traffic_tag(0, MSG_WORDS, request);
}

static enum microk_status send_answer(enum microk_syscall op, cap_t to, u64 request)
{
	struct message m = {.tag = answer(request)};

	traffic_fill(&m, ipc_buffer, MSG_WORDS, SAID, 0, request);
	return ipc(op, to, &m);
}

static void expect_answered(const struct caller *c)
{
	CHECK(c->ended);
	EXPECT(OK, c->status);
	CHECK(traffic_wrong(&c->answer, c->buffer, SAID, 0, c->request) < 0);
}

static void sleep_until(u64 tsc)
{
	static cap_t never;
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = tsc;
	if (!never || type_of(never) != CAP_NOTIFICATION)
		never = kit_make(CAP_NOTIFICATION, 0);
	EXPECT(ERR_DEADLINE, ipc(SYS_WAIT, never, &m));
}

/* The server lives but does not answer: the caller's deadline ends the call, and so does a cancel. */
void test_reply_that_never_comes(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), later = kit_make(CAP_REPLY, 0);
	struct caller *c = caller_make(0, ep);

	for (u64 i = 0; i < 4; i++) {
		bool saved = i & 1, by_cancel = i & 2;
		c->deadline = by_cancel ? 0 : now() + 300000;
		caller_start(c, i);
		struct message m = receive(SYS_RECV, ep, 0, OK);
		expect_request(&m, i);
		if (saved)
			EXPECT(OK, cnode_save_caller(ROOT_CNODE, later));
		CHECK(!c->ended);
		if (by_cancel)
			EXPECT(OK, thread_cancel(c->thread));
		else
			sleep_until(c->deadline + 100000);
		CHECK(c->ended);
		EXPECT(by_cancel ? ERR_CANCELLED : ERR_DEADLINE, c->status);
		EXPECT(ERR_NO_REPLY,
		       saved ? send_answer(SYS_SEND, later, i) : send_answer(SYS_REPLY, 0, i));
		caller_kill(c, REVOKED);
	}
}

/* The caller died; another is born in its place and waits for another server's answer. */
void test_reply_after_death(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), other = kit_make(CAP_ENDPOINT, 0);
	cap_t later = kit_make(CAP_REPLY, 0), other_later = kit_make(CAP_REPLY, 0);
	struct caller *c = caller_make(0, ep);

	for (u64 i = 0; i < 2 * WAYS; i++) {
		bool saved = i & 1;
		c->service = ep;
		caller_start(c, i);
		struct message m = receive(SYS_RECV, ep, 0, OK);
		expect_request(&m, i);
		if (saved)
			EXPECT(OK, cnode_save_caller(ROOT_CNODE, later));
		u64 used = used_of(c->memory), thread = object_of(c->thread);
		caller_kill(c, i / 2);
		EXPECT(OK, slot_revoke(c->memory));

		c->service = other;
		caller_start(c, 100 + i);
		/* In the same place, and yet another thread. */
		EXPECT_U64(used, used_of(c->memory));
		CHECK(thread != object_of(c->thread));
		/* A receive on the other endpoint takes its call. The answer to the dead caller is dropped by that receive. */
		if (saved) {
			m = receive(SYS_RECV, other, 0, OK);
			expect_request(&m, 100 + i);
			EXPECT(OK, cnode_save_caller(ROOT_CNODE, other_later));
			EXPECT(ERR_NO_REPLY, send_answer(SYS_SEND, later, i));
		}
		EXPECT(ERR_NO_REPLY, send_answer(SYS_REPLY, 0, i));
		CHECK(!c->ended);
		if (saved) {
			EXPECT(OK, send_answer(SYS_SEND, other_later, 100 + i));
		} else {
			m = receive(SYS_RECV, other, 0, OK);
			expect_request(&m, 100 + i);
			EXPECT(OK, send_answer(SYS_REPLY, 0, 100 + i));
		}
		expect_answered(c);
		EXPECT(OK, slot_revoke(c->memory));
	}
}

static volatile enum microk_status received;

static void receiver(u64 ep)
{
	struct message m = {0};

	received = ipc(SYS_RECV, ep, &m);
}

/* The possible sender is dead: the receiver is notified, or waits no longer than its deadline. */
void test_receive_from_dead_peer(void)
{
	cap_t memory = sub_untyped(PAGE_SIZE), ep = make_of(memory, CAP_ENDPOINT, 0),
	      alive = kit_make(CAP_ENDPOINT, 0);
	cap_t watched = kit_mint(alive, RIGHT_ALL, 77, MINT_BADGE | MINT_WATCH);
	struct message m;

	/* The endpoint ends with its owner, while a receiver waits; another receiver comes later. */
	struct kit_thread t = kit_thread(receiver, ep, URGENT);
	EXPECT_U64(THREAD_RECEIVING, kit_state(t));
	EXPECT(OK, slot_revoke(memory));
	EXPECT(ERR_GONE, received);
	receive(SYS_RECV, ep, 0, ERR_CAP);

	/* The only client dies, in the queue and while it is served: the server receives its badge, and none of
	 * its messages. */
	struct caller *c = caller_make(0, copy_of(watched, RIGHT_ALL));
	for (u32 served = 0; served < 2; served++) {
		caller_start(c, 5 + served);
		if (served) {
			m = receive(SYS_RECV, alive, 0, OK);
			expect_request(&m, 5 + served);
		}
		caller_kill(c, REVOKED);
		EXPECT(OK, slot_delete(c->service));
		m = receive(SYS_RECV, alive, 0, ST_CLOSED);
		EXPECT_U64(77, m.badge);
		receive(SYS_RECV, alive, TAG_NONBLOCK, ERR_WOULD_BLOCK);
		EXPECT(OK, slot_copy(c->service, watched, RIGHT_ALL));
	}
	ipc_buffer->deadline = now() + 50000;
	receive(SYS_RECV, alive, TAG_DEADLINE, ERR_DEADLINE);
}

/* The answer to the dead one goes nowhere, and the same system call brings the next one's message. */
void test_caller_killed_while_served(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct caller *first = caller_make(0, ep), *second = caller_make(1, ep);
	struct message m;

	for (u64 way = 0; way < WAYS; way++) {
		caller_start(first, way);
		m = receive(SYS_RECV, ep, 0, OK);
		expect_request(&m, way);
		caller_start(second, 50 + way);
		caller_kill(first, way);
		m = receive(SYS_REPLY_RECV, ep, TAG(0, 0), OK);
		expect_request(&m, 50 + way);
		CHECK(!first->ended && !second->ended);
		EXPECT(OK, send_answer(SYS_REPLY, 0, 50 + way));
		expect_answered(second);
		EXPECT(ERR_NO_REPLY, send_answer(SYS_REPLY, 0, way));
		EXPECT(OK, slot_revoke(first->memory));
		EXPECT(OK, slot_revoke(second->memory));
	}
}

/* ---- a ring: a server waits for the answer of a thread that would wait for it, if the kernel let it
 * ---- */
static struct {
	cap_t first, second, go;
	volatile enum microk_status called, sent;
} ring;

static void ring_server(u64 unused)
{
	struct message m = {0};

	(void)unused;
	ipc(SYS_RECV, ring.first, &m); /* it serves `first` from now on */
	m.tag = 0;
	ring.called = ipc(SYS_CALL, ring.second, &m);
}

static void ring_sender(u64 unused)
{
	struct message m = {0};

	(void)unused;
	ipc(SYS_RECV, ring.second, &m); /* and owes the server an answer */
	m.tag = 0;
	ipc(SYS_WAIT, ring.go, &m);
	m.tag = 0;
	ring.sent = ipc(SYS_SEND, ring.first, &m);
	m.tag = 0;
	ipc(SYS_WAIT, ring.go, &m);
}

static void ring_caller(u64 unused)
{
	struct message m = {0};

	(void)unused;
	ipc(SYS_CALL, ring.second, &m);
}

/* The threads of the ring are less urgent than the test. */
static void settle(struct kit_thread t, enum thread_state state)
{
	for (u32 i = 0; i < 1000 && kit_state(t) != state; i++)
		sleep_until(now() + 100000);
	EXPECT_U64(state, kit_state(t));
}

/* The send that would close it is refused, and lends no urgency; and the others' loans go back as they give up,
 * one by one. */
void test_ring_is_refused(void)
{
	ring.first = kit_make(CAP_ENDPOINT, 0);
	ring.second = kit_make(CAP_ENDPOINT, 0);
	ring.go = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);
	ring.called = ring.sent = OK;
	struct kit_thread server = kit_thread(ring_server, 0, 11);
	settle(server, THREAD_RECEIVING);
	EXPECT(OK, ipc(SYS_SEND, ring.first, &(struct message){0}));
	settle(server, THREAD_SENDING);
	struct kit_thread sender = kit_thread(ring_sender, 0, 10);
	settle(sender, THREAD_WAITING);
	EXPECT_U64(THREAD_AWAITING, kit_state(server));
	EXPECT_U64(11, priority_of(sender));
	struct kit_thread caller = kit_thread(ring_caller, 0, 12);
	settle(caller, THREAD_SENDING);
	EXPECT_U64(12, priority_of(sender));
	EXPECT(OK, ipc(SYS_SIGNAL, ring.go, &(struct message){0}));
	for (u32 i = 0; i < 1000 && ring.sent == OK; i++)
		sleep_until(now() + 100000);
	EXPECT(ERR_DEADLOCK, ring.sent);
	settle(sender, THREAD_WAITING);
	EXPECT_U64(12, priority_of(sender));
	EXPECT_U64(11, priority_of(server));
	EXPECT(OK, thread_cancel(caller.thread));
	EXPECT_U64(11, priority_of(sender));
	EXPECT(OK, thread_cancel(server.thread));
	EXPECT_U64(10, priority_of(sender));
	settle(server, THREAD_STOPPED); /* at its end */
	EXPECT(ERR_CANCELLED, ring.called);
}

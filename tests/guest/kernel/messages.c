/* Messages arrive as they were sent, and every call ends. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define SERVER 61 /* more urgent than the test itself (60) */
#define CLIENT 60 /* its equal: runs when the test yields or waits */

static enum microk_status call(cap_t ep, struct message *m)
{
	return ipc(SYS_CALL, ep, m);
}

void test_null_call(void)
{
	struct message m = {0};

	EXPECT(ERR_CAP, call(0, &m));
	m = (struct message){.tag = 0};
	EXPECT(ERR_CAP, call(99999999, &m));
	m = (struct message){.tag = 0};
	EXPECT(ERR_SYSCALL, ipc((enum microk_syscall)200, 1, &m));
}

/* Answers each word with its complement, until the label is 1. */
static void inverter(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	while (TAG_LABEL(m.tag) == 0) {
		for (u32 i = 0; i < MSG_REGS; i++)
			m.word[i] = ~m.word[i];
		for (u32 i = MSG_REGS; i < TAG_LENGTH(m.tag); i++)
			ipc_buffer->words[i] = ~ipc_buffer->words[i];
		m.tag = TAG(7, TAG_LENGTH(m.tag)) | (m.tag & (0xfffful << TAG_REQUEST_SHIFT));
		ipc(SYS_REPLY_RECV, ep, &m);
	}
	m.tag = TAG(0, 0);
	ipc(SYS_REPLY, 0, &m);
}

static void try_inverter(cap_t ep)
{
	for (u32 length = 0; length <= MSG_REGS; length++) {
		struct message m = {.tag = TAG(0, length) | 0xbeeful << TAG_REQUEST_SHIFT};
		for (u32 i = 0; i < length; i++)
			m.word[i] = 0x1111ul * (i + length);
		EXPECT(OK, call(ep, &m));
		EXPECT_U64(7, TAG_LABEL(m.tag));
		EXPECT_U64(length, TAG_LENGTH(m.tag));
		EXPECT_U64(0xbeef, TAG_REQUEST(m.tag));
		for (u32 i = 0; i < length; i++)
			EXPECT_U64(~(0x1111ul * (i + length)), m.word[i]);
	}
	EXPECT(OK, call(ep, &(struct message){.tag = TAG(1, 0)}));
}

void test_call_reply(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	kit_thread(inverter, ep, SERVER);
	try_inverter(ep);
	/* The same with a server that comes second. */
	kit_thread(inverter, ep, CLIENT);
	try_inverter(ep);
}

void test_call_apart(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	kit_thread_apart(inverter, ep, SERVER);
	try_inverter(ep);
}

void test_long_message(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct message m;

	kit_thread_apart(inverter, ep, SERVER);
	for (u32 length = MSG_REGS + 1; length <= MSG_WORDS; length += 37) {
		m = (struct message){.tag = TAG(0, length), .word = {5, 6, 7, 8}};
		for (u32 i = MSG_REGS; i < length; i++)
			ipc_buffer->words[i] = i * 77ul;
		EXPECT(OK, call(ep, &m));
		EXPECT_U64(~5ul, m.word[0]);
		for (u32 i = MSG_REGS; i < length; i++)
			EXPECT_U64(~(i * 77ul), ipc_buffer->words[i]);
	}
	m = (struct message){.tag = TAG(0, MSG_WORDS + 1)};
	EXPECT(ERR_LENGTH, call(ep, &m));
	EXPECT(OK, call(ep, &(struct message){.tag = TAG(1, 0)}));
}

static void send_three(u64 ep)
{
	for (u64 i = 1; i <= 3; i++)
		EXPECT(OK,
		       ipc(SYS_SEND, ep, &(struct message){.tag = TAG(i, 1), .word = {i * 10}}));
}

void test_send_receive(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0),
	      sender = kit_mint(ep, RIGHT_WRITE, 0x1234, MINT_BADGE);
	struct message m = {0};

	kit_thread(send_three, sender, CLIENT);
	for (u64 i = 1; i <= 3; i++) {
		m.tag = 0;
		EXPECT(OK, ipc(SYS_RECV, ep, &m));
		EXPECT_U64(i, TAG_LABEL(m.tag));
		EXPECT_U64(i * 10, m.word[0]);
		EXPECT_U64(0x1234, m.badge);
		CHECK(!(m.tag & TAG_IS_CALL));
		EXPECT(ERR_NO_REPLY, ipc(SYS_REPLY, 0, &(struct message){0}));
	}
}

void test_nonblocking(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), ntfn = kit_make(CAP_NOTIFICATION, 0);

	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_CALL, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_SEND, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_WAIT, ntfn, &(struct message){.tag = TAG_NONBLOCK}));
}

static void call_once(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){.tag = TAG(3, 0)});
}

void test_protocol_rights(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	cap_t some = kit_mint(ep, RIGHT_WRITE | RIGHT_PROT(1) | RIGHT_PROT(6), 9, MINT_BADGE);
	cap_t more = kit_mint(some, RIGHT_ALL, 0, 0);
	struct message m = {0};

	/* Rights only shrink. */
	EXPECT_U64(RIGHT_WRITE | RIGHT_PROT(1) | RIGHT_PROT(6), rights_of(more));
	EXPECT_U64(9, badge_of(more));
	EXPECT(ERR_STATE, slot_mint(kit_slot(), more, RIGHT_ALL, 4, MINT_BADGE));
	EXPECT(ERR_RIGHTS, ipc(SYS_RECV, more, &(struct message){0}));
	kit_thread(call_once, more, SERVER);
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(1u << 1 | 1u << 6, TAG_PROT(m.tag));
	EXPECT_U64(9, m.badge);
	CHECK(m.tag & TAG_IS_CALL);
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
}

/* Answers one call with the capability in slot `give` (word 0 of its argument page). */
static cap_t give_slot;

static void giver(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	ipc_buffer->send_caps[0] = (u32)give_slot;
	m.tag = TAG(0, 0) | 1ul << TAG_CAPS_SHIFT;
	ipc(SYS_REPLY, 0, &m);
}

void test_transfer(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), target = kit_slot(),
	      gift = kit_make(CAP_NOTIFICATION, 0);
	struct kit_thread t;
	struct message m = {0};

	give_slot = gift;
	/* In the same address space ipc_buffer is the test's own: let the giver use it while we wait. */
	t = kit_thread(giver, ep, SERVER);
	t.buffer->send_caps[0] = (u32)gift;
	ipc_buffer->recv_caps[0] = (u32)target;
	EXPECT(OK, call(ep, &m));
	ipc_buffer->recv_caps[0] = 0;
	EXPECT_U64(1, TAG_CAPS(m.tag));
	EXPECT_U64(CAP_NOTIFICATION, type_of(target));
	EXPECT_U64(object_of(gift), object_of(target));
	/* A transferred capability can be taken back. */
	EXPECT(OK, slot_revoke(gift));
	EXPECT_U64(CAP_NULL, type_of(target));
}

void test_transfer_refused(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), no_grant = kit_mint(ep, RIGHT_WRITE, 0, 0);
	cap_t a = kit_make(CAP_NOTIFICATION, 0), empty = kit_slot();
	struct message m = {.tag = 2ul << TAG_CAPS_SHIFT};

	EXPECT(ERR_RIGHTS, ipc(SYS_SEND, no_grant, &m));
	/* If one of two capabilities has no destination, neither is transferred. */
	struct kit_thread t = kit_thread(call_once, ep, SERVER);
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	t.buffer->recv_caps[0] = (u32)empty;
	t.buffer->recv_caps[1] = (u32)a;
	ipc_buffer->send_caps[0] = (u32)a;
	ipc_buffer->send_caps[1] = (u32)a;
	m.tag = 2ul << TAG_CAPS_SHIFT;
	EXPECT(OK, ipc(SYS_REPLY, 0, &m));
	EXPECT_U64(CAP_NULL, type_of(empty));
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
}

void test_closed(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	cap_t file = kit_mint(ep, RIGHT_WRITE, 77, MINT_BADGE | MINT_WATCH);
	cap_t client = kit_mint(file, RIGHT_ALL, 0, 0), copy = kit_mint(client, RIGHT_ALL, 0, 0);
	struct message m = {.tag = TAG_NONBLOCK};

	EXPECT(OK, slot_delete(client));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	EXPECT(OK, slot_delete(copy));
	m.tag = TAG_NONBLOCK;
	EXPECT(ST_CLOSED, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(77, m.badge);
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	/* Given away again while queued: no longer closed. */
	client = kit_mint(file, RIGHT_ALL, 0, 0);
	EXPECT(OK, slot_delete(client));
	client = kit_mint(file, RIGHT_ALL, 0, 0);
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	/* Deleted while queued: gone from the queue. */
	EXPECT(OK, slot_delete(client));
	EXPECT(OK, slot_delete(file));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
}

static volatile u64 call_status, call_word;

static void call_and_note(u64 ep)
{
	struct message m = {.tag = TAG(5, 1), .word = {11}};

	call_status = 999;
	call_status = ipc(SYS_CALL, ep, &m);
	call_word = m.word[0];
}

void test_deferred_reply(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), reply = kit_make(CAP_REPLY, 0),
	      weak = kit_mint(reply, RIGHT_READ, 0, 0);
	struct message m = {0};

	EXPECT(ERR_NO_REPLY, cnode_save_caller(ROOT_CNODE, reply));
	EXPECT(ERR_NO_REPLY, ipc(SYS_SEND, reply, &m));
	EXPECT(ERR_RIGHTS, cnode_save_caller(ROOT_CNODE, weak));
	EXPECT(OK, slot_delete(weak));
	kit_thread(call_and_note, ep, SERVER);
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
	EXPECT(ERR_NO_REPLY, ipc(SYS_REPLY, 0, &(struct message){0}));
	EXPECT_U64(999, call_status);
	EXPECT(OK, ipc(SYS_SEND, reply, &(struct message){.tag = TAG(0, 1), .word = {42}}));
	KIT_UNTIL(call_status == OK);
	EXPECT_U64(42, call_word);
	/* When a Reply object ends, its caller wakes with an error. */
	kit_thread(call_and_note, ep, SERVER);
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
	EXPECT(OK, slot_delete(reply));
	KIT_UNTIL(call_status == ERR_PEER_DIED);
}

static cap_t never; /* a Notification that is never signalled */

static void receive_and_hang(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	ipc(SYS_WAIT, never, &(struct message){0});
}

void test_peer_death(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct message m = {0};
	struct kit_thread server, client;

	never = kit_make(CAP_NOTIFICATION, 0);
	/* The server is suspended, is deleted, or receives again, each without an answer. */
	server = kit_thread(receive_and_hang, ep, SERVER);
	client = kit_thread(call_and_note, ep, CLIENT);
	KIT_UNTIL(kit_state(client) == THREAD_AWAITING);
	EXPECT(OK, thread_suspend(server.thread));
	KIT_UNTIL(call_status == ERR_PEER_DIED);
	kit_thread(call_and_note, ep, SERVER);
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	KIT_UNTIL(call_status == ERR_PEER_DIED);
	/* The caller ends while it is served: the reply finds no caller. */
	client = kit_thread(call_and_note, ep, SERVER);
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT(OK, slot_delete(client.thread));
	EXPECT(ERR_NO_REPLY, ipc(SYS_REPLY, 0, &(struct message){0}));
}

void test_cancel(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(call_and_note, ep, SERVER);

	EXPECT_U64(THREAD_SENDING, kit_state(t));
	EXPECT(OK, thread_cancel(t.thread));
	KIT_UNTIL(call_status == ERR_CANCELLED);
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
	EXPECT(ERR_STATE, thread_cancel(t.thread));
}

void test_fail_endpoint(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), copy = kit_mint(ep, RIGHT_WRITE, 0, 0);
	struct kit_thread t = kit_thread(call_and_note, ep, SERVER);

	EXPECT(ERR_RIGHTS, cnode_fail(ROOT_CNODE, copy));
	EXPECT(OK, cnode_fail(ROOT_CNODE, ep));
	KIT_UNTIL(call_status == ERR_GONE);
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
	/* The endpoint itself ends while a thread waits at it. */
	t = kit_thread(call_and_note, ep, SERVER);
	EXPECT(OK, slot_delete(copy));
	EXPECT_U64(THREAD_SENDING, kit_state(t));
	EXPECT(OK, slot_delete(ep));
	KIT_UNTIL(call_status == ERR_GONE);
}

static void wait_and_note(u64 ntfn)
{
	struct message m = {0};

	call_status = 999;
	call_status = ipc(SYS_WAIT, ntfn, &m);
	call_word = m.badge;
}

void test_notification(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0);
	cap_t one = kit_mint(n, RIGHT_WRITE, 1, MINT_BADGE),
	      four = kit_mint(n, RIGHT_WRITE, 4, MINT_BADGE);
	struct message m = {0};

	EXPECT(OK, ipc(SYS_SIGNAL, one, &m));
	EXPECT(OK, ipc(SYS_SIGNAL, four, &m));
	EXPECT(OK, ipc(SYS_SIGNAL, one, &m));
	EXPECT(ERR_RIGHTS, ipc(SYS_WAIT, one, &m));
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT_U64(5, m.badge);
	kit_thread(wait_and_note, n, SERVER);
	EXPECT_U64(999, call_status);
	EXPECT(OK, ipc(SYS_SIGNAL, four, &m));
	KIT_UNTIL(call_status == OK);
	EXPECT_U64(4, call_word);
}

static void receive_and_note(u64 ep)
{
	struct message m = {0};

	call_status = 999;
	call_status = ipc(SYS_RECV, ep, &m);
	call_word = m.badge;
}

void test_bound_notification(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), n = kit_make(CAP_NOTIFICATION, 0);
	cap_t bit = kit_mint(n, RIGHT_WRITE, 16, MINT_BADGE);
	struct kit_thread t = kit_thread(receive_and_note, ep, CLIENT);

	/* Not yet run: stop it, bind, go on. */
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .notification = n));
	EXPECT(OK, thread_resume(t.thread));
	KIT_UNTIL(kit_state(t) == THREAD_RECEIVING);
	EXPECT(OK, ipc(SYS_SIGNAL, bit, &(struct message){0}));
	KIT_UNTIL(call_status == ST_NOTIFIED);
	EXPECT_U64(16, call_word);
}

static void trip(u64 address)
{
	call_status = 999;
	*(volatile u64 *)address = 5;
	call_status = 1000;
}

void test_fault_message(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), handler = kit_mint(ep, RIGHT_WRITE, 0x66, MINT_BADGE);
	struct kit_thread t = kit_thread(trip, 0x123000, CLIENT);
	struct message m = {0};

	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK,
	       thread_name(t.thread, &(struct thread_name){.name_start = 0x70697274})); /* "trip" */
	EXPECT(OK, CONFIGURE(t.thread, .fault_endpoint = handler));
	EXPECT(OK, thread_resume(t.thread));
	m.tag = 0;
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(LABEL_FAULT, TAG_LABEL(m.tag));
	EXPECT_U64(FAULT_WORDS, TAG_LENGTH(m.tag));
	EXPECT_U64(0x66, m.badge);
	EXPECT_U64(14, m.word[FAULT_VECTOR]);
	EXPECT_U64(0x123000, m.word[FAULT_ADDRESS]);
	EXPECT_U64(0x70697274, m.word[FAULT_NAME0]);
	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(1, 0)}));
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	EXPECT_U64(999, call_status);
}

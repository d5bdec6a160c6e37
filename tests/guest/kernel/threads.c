/* Threads: their needs, how they are stopped, and in which order they run. */
#include "tests/guest/kernel/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/memory.h"

static volatile u64 mark, word;

static void stay(u64 argument)
{
	mark = argument;
}

static struct kit_thread idle_thread(void)
{
	struct kit_thread t = kit_thread(stay, 1, 60);

	EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND));
	return t;
}

void test_thread_arguments(void)
{
	cap_t t = kit_make(CAP_THREAD, 0), ep = kit_make(CAP_ENDPOINT, 0),
	      frame = kit_make(CAP_FRAME, 1);
	cap_t n = kit_make(CAP_NOTIFICATION, 0), space = kit_make(CAP_ADDRESS_SPACE, 0),
	      free = kit_slot();
	cap_t weak = copy_of(t, RIGHT_READ), blind = copy_of(t, RIGHT_WRITE);

	EXPECT(ERR_CAP, METHOD(t, THREAD_CONFIGURE, free, 0, 0, 0, 0));
	EXPECT(ERR_TYPE, METHOD(t, THREAD_CONFIGURE, ep, 0, 0, 0, 0));
	EXPECT(ERR_TYPE, METHOD(t, THREAD_CONFIGURE, 0, ROOT_CNODE, 0, 0, 0));
	EXPECT(ERR_TYPE, METHOD(t, THREAD_CONFIGURE, 0, 0, n, 0, 0));
	EXPECT(ERR_TYPE, METHOD(t, THREAD_CONFIGURE, 0, 0, 0, space, 0));
	EXPECT(ERR_TYPE, METHOD(t, THREAD_CONFIGURE, 0, 0, 0, 0, ep));
	EXPECT(ERR_RIGHTS, METHOD(t, THREAD_CONFIGURE, 0, copy_of(space, RIGHT_READ), 0, 0, 0));
	EXPECT(ERR_RIGHTS, METHOD(t, THREAD_CONFIGURE, 0, 0, copy_of(ep, RIGHT_READ), 0, 0));
	EXPECT(ERR_RIGHTS, METHOD(t, THREAD_CONFIGURE, 0, 0, 0, copy_of(frame, RIGHT_READ), 0));
	EXPECT(ERR_RIGHTS, METHOD(t, THREAD_CONFIGURE, 0, 0, 0, ROOT_INFO, 0));
	EXPECT(ERR_RIGHTS, METHOD(t, THREAD_CONFIGURE, 0, 0, 0, 0, copy_of(n, RIGHT_WRITE)));
	/* All or nothing: the last is wrong, so the first is not taken. */
	EXPECT(ERR_TYPE, METHOD(t, THREAD_CONFIGURE, ROOT_CNODE, ROOT_SPACE, 0, 0, ep));
	EXPECT(ERR_STATE, METHOD(t, THREAD_START, (u64)stay, 0x1000, 0));
	EXPECT(ERR_STATE, METHOD(t, THREAD_RESUME));
	EXPECT(OK, METHOD(t, THREAD_CONFIGURE, ROOT_CNODE, 0, 0, 0, 0));
	EXPECT(ERR_STATE, METHOD(t, THREAD_START, (u64)stay, 0x1000, 0));
	EXPECT(OK, METHOD(t, THREAD_CONFIGURE, 0, ROOT_SPACE, 0, 0, n));
	EXPECT(ERR_STATE, METHOD(kit_make(CAP_THREAD, 0), THREAD_CONFIGURE, 0, 0, 0, 0,
				 n)); /* bound already */
	EXPECT(ERR_RANGE, METHOD(t, THREAD_START, USER_TOP, 0x1000, 0));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_START, ~0ul, 0x1000, 0));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_START, 0xffffffff80000000, 0x1000, 0));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_START, (u64)stay, USER_TOP + 1, 0));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_START, (u64)stay, 1ul << 47, 0));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_PRIORITY, PRIORITIES));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_PRIORITY, ~0ul));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_PRIORITY, 1ul << 32));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_TLS, USER_TOP));
	EXPECT(ERR_RANGE, METHOD(t, THREAD_TLS, 0xffff800000000000));
	EXPECT(ERR_STATE, METHOD(t, THREAD_CANCEL));
	EXPECT(ERR_RIGHTS, METHOD(weak, THREAD_SUSPEND));
	EXPECT(ERR_RIGHTS, METHOD(weak, THREAD_TLS, 0));
	EXPECT(ERR_RIGHTS, METHOD(blind, THREAD_INFO));
	EXPECT(ERR_RIGHTS, METHOD(blind, THREAD_REGISTERS));
	EXPECT(ERR_METHOD, METHOD(t, 0));
	EXPECT(ERR_METHOD, METHOD(t, last_method(CAP_THREAD) + 1u));
	/* The running thread is not stopped. */
	EXPECT(ERR_STATE, METHOD(ROOT_THREAD, THREAD_CONFIGURE, 0, 0, 0, 0, 0));
	EXPECT(ERR_STATE, METHOD(ROOT_THREAD, THREAD_START, (u64)stay, 0x1000, 0));
	EXPECT(ERR_STATE, METHOD(ROOT_THREAD, THREAD_RESUME));
	EXPECT(ERR_STATE, METHOD(ROOT_THREAD, THREAD_REGISTERS));
	EXPECT(ERR_STATE, METHOD(ROOT_THREAD, THREAD_CANCEL));
}

void test_thread_info(void)
{
	struct kit_thread t = idle_thread();
	struct message m = {0};

	EXPECT(OK, METHOD(t.thread, THREAD_NAME, 0x4142434445464748, 0x6162636465666768));
	EXPECT(OK, METHOD(t.thread, THREAD_PRIORITY, 17));
	EXPECT(OK, METHOD_RESULT(&m, t.thread, THREAD_INFO));
	EXPECT_U64(THREAD_STOPPED, m.word[0]);
	EXPECT_U64(17, m.word[1]);
	EXPECT_U64(0x4142434445464748, m.word[4]);
	EXPECT_U64(0x6162636465666768, m.word[5]);
	EXPECT(OK, METHOD_RESULT(&m, ROOT_THREAD, THREAD_INFO));
	EXPECT_U64(THREAD_READY, m.word[0]);
}

/* Suspended before it ran, started anew, ended: each state as documented. */
void test_suspend_resume(void)
{
	struct kit_thread t = idle_thread();
	struct message m = {0};

	mark = 0;
	for (u32 i = 0; i < 5; i++)
		kit_yield();
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	EXPECT_U64(0, mark);
	EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND)); /* of a stopped one: nothing */
	EXPECT(OK, METHOD_RESULT(&m, t.thread, THREAD_REGISTERS));
	EXPECT(OK, METHOD(t.thread, THREAD_RESUME));
	EXPECT(ERR_STATE, METHOD(t.thread, THREAD_RESUME));
	EXPECT_U64(THREAD_READY, kit_state(t));
	EXPECT(ERR_STATE, METHOD(t.thread, THREAD_REGISTERS));
	KIT_UNTIL(mark == 1);
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
}

static void wait_each(u64 cap)
{
	struct message m = {0};

	mark = 999;
	switch (word) {
	case 0: mark = ipc(SYS_WAIT, cap, &m); break;
	case 1: mark = ipc(SYS_RECV, cap, &m); break;
	case 2: mark = ipc(SYS_SEND, cap, &m); break;
	default: mark = ipc(SYS_CALL, cap, &m);
	}
}

/* A suspended thread's wait is cancelled, and its call returns that when it goes on. */
void test_suspend_cancels(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), ep = kit_make(CAP_ENDPOINT, 0);
	static const u8 waits_as[] = {THREAD_WAITING, THREAD_RECEIVING, THREAD_SENDING,
				      THREAD_SENDING, THREAD_AWAITING};
	struct message m = {0};

	for (word = 0; word < 5; word++) {
		struct kit_thread t = kit_thread(wait_each, word ? ep : n, 61);
		if (word == 4) {
			m.tag = 0;
			EXPECT(OK, ipc(SYS_RECV, ep, &m));
		}
		EXPECT_U64(waits_as[word], kit_state(t));
		EXPECT(OK, METHOD_RESULT(&m, t.thread, THREAD_REGISTERS));
		EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND));
		EXPECT_U64(THREAD_STOPPED, kit_state(t));
		EXPECT(ERR_STATE, METHOD(t.thread, THREAD_CANCEL));
		if (word == 4)
			EXPECT(ERR_NO_REPLY, ipc(SYS_REPLY, 0, &(struct message){0}));
		m.tag = TAG_NONBLOCK;
		EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
		EXPECT(OK, METHOD(t.thread, THREAD_RESUME));
		KIT_UNTIL(mark == ERR_CANCELLED);
		EXPECT(OK, METHOD(ROOT_CNODE, CNODE_DELETE, t.thread));
	}
}

static volatile u64 turns[3];

static void spin(u64 which)
{
	for (;;)
		turns[which]++;
}

/* Two that never wait share the processor by the clock; one less urgent gets nothing. */
void test_time_slices(void)
{
	struct kit_thread a = kit_thread(spin, 0, 59), b = kit_thread(spin, 1, 59),
			  c = kit_thread(spin, 2, 58);

	turns[0] = turns[1] = turns[2] = 0;
	EXPECT(OK, METHOD(ROOT_THREAD, THREAD_PRIORITY, 59, PRIORITIES - 1));
	for (u32 i = 0; i < 100 && (!turns[0] || !turns[1]); i++)
		kit_yield();
	CHECK(turns[0] && turns[1]);
	u64 before[2] = {turns[0], turns[1]};
	kit_yield();
	CHECK(turns[0] > before[0] && turns[1] > before[1]);
	EXPECT_U64(0, turns[2]);
	EXPECT(OK, METHOD(ROOT_THREAD, THREAD_PRIORITY, 60, PRIORITIES - 1));
	EXPECT(OK, METHOD(a.thread, THREAD_SUSPEND));
	EXPECT(OK, METHOD(b.thread, THREAD_SUSPEND));
	EXPECT(OK, METHOD(ROOT_THREAD, THREAD_PRIORITY, 58, PRIORITIES - 1));
	for (u32 i = 0; i < 100 && !turns[2]; i++)
		kit_yield();
	CHECK(turns[2]);
	EXPECT(OK, METHOD(ROOT_THREAD, THREAD_PRIORITY, 60, PRIORITIES - 1));
	EXPECT(OK, METHOD(c.thread, THREAD_SUSPEND));
	struct message m = {0};
	EXPECT(OK, METHOD_RESULT(&m, a.thread, THREAD_INFO));
	CHECK(m.word[2] > 0);
}

static u8 order[8];
static volatile u32 came;

static void arrive(u64 who)
{
	order[came++] = (u8)who;
}

void test_priorities(void)
{
	struct kit_thread t[4];
	static const u8 priority[4] = {10, 30, 20, 5};

	came = 0;
	for (u32 i = 0; i < 4; i++)
		t[i] = kit_thread(arrive, i, priority[i]);
	/* Changed while it is queued: now the most urgent of the four. */
	EXPECT(OK, METHOD(t[3].thread, THREAD_PRIORITY, 40));
	EXPECT_U64(0, came);
	EXPECT(OK, METHOD(ROOT_THREAD, THREAD_PRIORITY, 1, PRIORITIES - 1));
	EXPECT_U64(4, came);
	EXPECT(OK, METHOD(ROOT_THREAD, THREAD_PRIORITY, 60, PRIORITIES - 1));
	EXPECT_U64(3, order[0]);
	EXPECT_U64(1, order[1]);
	EXPECT_U64(2, order[2]);
	EXPECT_U64(0, order[3]);
	/* More urgent than the running one: at once. */
	kit_thread(arrive, 7, 63);
	EXPECT_U64(5, came);
}

static void read_tls(u64 ep)
{
	for (;;) {
		u64 value;
		__asm__ volatile("movq %%fs:0, %0" : "=r"(value));
		struct message m = {.tag = TAG(0, 1), .word = {value}};
		ipc(SYS_CALL, ep, &m);
	}
}

/* The thread pointer is the thread's own, whichever thread ran in between. */
void test_thread_pointer(void)
{
	static u64 tls[2] = {0x1111, 0x2222};
	cap_t ep[2] = {kit_make(CAP_ENDPOINT, 0), kit_make(CAP_ENDPOINT, 0)};
	struct kit_thread t[2];
	struct message m;

	for (u32 i = 0; i < 2; i++) {
		t[i] = kit_thread(read_tls, ep[i], 60);
		EXPECT(OK, METHOD(t[i].thread, THREAD_SUSPEND));
		EXPECT(OK, METHOD(t[i].thread, THREAD_TLS, (u64)&tls[i]));
		EXPECT(OK, METHOD(t[i].thread, THREAD_RESUME));
	}
	for (u32 round = 0; round < 4; round++)
		for (u32 i = 0; i < 2; i++) {
			m.tag = 0;
			EXPECT(OK, ipc(SYS_RECV, ep[i], &m));
			EXPECT_U64(tls[i], m.word[0]);
			EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
		}
}

static u64 callers_tls = 0x3333;

static void take_and_read_tls(u64 ep)
{
	u64 value;

	ipc(SYS_RECV, ep, &(struct message){0});
	__asm__ volatile("movq %%fs:0, %0" : "=r"(value));
	mark = value;
}

static void call_tagged(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){.tag = word});
}

/* A thread without one does not get its caller's, by the fast path or the slow one: it faults. */
void test_no_thread_pointer(void)
{
	static const u64 tags[] = {0, TAG_NONBLOCK}; /* the second never takes the fast path */

	for (u32 i = 0; i < ARRAY_LEN(tags); i++) {
		cap_t ep = kit_make(CAP_ENDPOINT, 0);
		struct kit_thread server = kit_thread(take_and_read_tls, ep, 61);
		struct kit_thread client = kit_thread(call_tagged, ep, 60);

		mark = 999;
		word = tags[i];
		EXPECT(OK, METHOD(client.thread, THREAD_SUSPEND));
		EXPECT(OK, METHOD(client.thread, THREAD_TLS, (u64)&callers_tls));
		EXPECT(OK, METHOD(client.thread, THREAD_RESUME));
		KIT_UNTIL(kit_state(client) == THREAD_STOPPED);
		EXPECT_U64(THREAD_STOPPED, kit_state(server));
		EXPECT_U64(999, mark);
	}
}

/* A thread's buffer is taken from under it while it waits with a long message. */
static void call_long(u64 ep)
{
	mark = 999;
	mark = ipc(SYS_CALL, ep, &(struct message){.tag = TAG(0, 50)});
}

void test_buffer_goes(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), frame;
	void *page = kit_page(&frame);
	struct kit_thread t = kit_thread(call_long, ep, 60);
	struct message m = {.tag = TAG_NONBLOCK};

	(void)page;
	EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND));
	EXPECT(OK, METHOD(t.thread, THREAD_CONFIGURE, 0, 0, 0, frame, 0));
	EXPECT(OK, METHOD(t.thread, THREAD_RESUME));
	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	EXPECT(OK, METHOD(ROOT_CNODE, CNODE_DELETE, frame));
	/* Deleted, the frame's children are its parent's: the buffer is still there. Revoked, it is gone. */
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(50, TAG_LENGTH(m.tag));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
	KIT_UNTIL(mark == OK);
	kit_page(&frame);
	t = kit_thread(call_long, ep, 60);
	EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND));
	EXPECT(OK, METHOD(t.thread, THREAD_CONFIGURE, 0, 0, 0, frame, 0));
	EXPECT(OK, METHOD(t.thread, THREAD_RESUME));
	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	EXPECT(OK, METHOD(ROOT_CNODE, CNODE_REVOKE, frame));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	KIT_UNTIL(mark == ERR_BUFFER);
	/* And without one from the start. */
	t = kit_thread(call_long, ep, 60);
	EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND));
	kit_page(&frame);
	EXPECT(OK, METHOD(t.thread, THREAD_CONFIGURE, 0, 0, 0, frame, 0));
	EXPECT(OK, METHOD(ROOT_CNODE, CNODE_REVOKE, frame));
	mark = 0;
	EXPECT(OK, METHOD(t.thread, THREAD_RESUME));
	KIT_UNTIL(mark == ERR_BUFFER);
}

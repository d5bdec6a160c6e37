/* Threads: their needs, how they are stopped, and in which order they run. */
#include "tests/guest/kit/short.h"
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

	EXPECT(OK, thread_suspend(t.thread));
	return t;
}

void test_thread_arguments(void)
{
	cap_t t = kit_make(CAP_THREAD, 0), ep = kit_make(CAP_ENDPOINT, 0),
	      frame = kit_make(CAP_FRAME, 1);
	cap_t n = kit_make(CAP_NOTIFICATION, 0), space = kit_make(CAP_ADDRESS_SPACE, 0),
	      free = kit_slot();
	cap_t weak = copy_of(t, RIGHT_READ), blind = copy_of(t, RIGHT_WRITE);

	EXPECT(ERR_CAP, CONFIGURE(t, .cnode = free));
	EXPECT(ERR_TYPE, CONFIGURE(t, .cnode = ep));
	EXPECT(ERR_TYPE, CONFIGURE(t, .address_space = ROOT_CNODE));
	EXPECT(ERR_TYPE, CONFIGURE(t, .fault_endpoint = n));
	EXPECT(ERR_TYPE, CONFIGURE(t, .ipc_buffer_frame = space));
	EXPECT(ERR_TYPE, CONFIGURE(t, .notification = ep));
	EXPECT(ERR_RIGHTS, CONFIGURE(t, .address_space = copy_of(space, RIGHT_READ)));
	EXPECT(ERR_RIGHTS, CONFIGURE(t, .fault_endpoint = copy_of(ep, RIGHT_READ)));
	EXPECT(ERR_RIGHTS, CONFIGURE(t, .ipc_buffer_frame = copy_of(frame, RIGHT_READ)));
	EXPECT(ERR_RIGHTS, CONFIGURE(t, .ipc_buffer_frame = ROOT_INFO));
	EXPECT(ERR_RIGHTS, CONFIGURE(t, .notification = copy_of(n, RIGHT_WRITE)));
	/* All or nothing: the last is wrong, so the first is not taken. */
	EXPECT(ERR_TYPE,
	       CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE, .notification = ep));
	EXPECT(ERR_STATE, thread_start_at(t, (u64)stay, 0x1000, 0));
	EXPECT(ERR_STATE, thread_resume(t));
	EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE));
	EXPECT(ERR_STATE, thread_start_at(t, (u64)stay, 0x1000, 0));
	EXPECT(OK, CONFIGURE(t, .address_space = ROOT_SPACE, .notification = n));
	EXPECT(ERR_STATE,
	       CONFIGURE(kit_make(CAP_THREAD, 0), .notification = n)); /* bound already */
	EXPECT(ERR_RANGE, thread_start_at(t, USER_TOP, 0x1000, 0));
	EXPECT(ERR_RANGE, thread_start_at(t, ~0ul, 0x1000, 0));
	EXPECT(ERR_RANGE, thread_start_at(t, 0xffffffff80000000, 0x1000, 0));
	EXPECT(ERR_RANGE, thread_start_at(t, (u64)stay, USER_TOP + 1, 0));
	EXPECT(ERR_RANGE, thread_start_at(t, (u64)stay, 1ul << 47, 0));
	EXPECT(ERR_RANGE, thread_set_priority(t, PRIORITIES));
	EXPECT(ERR_RANGE, thread_set_priority(t, ~0ul));
	EXPECT(ERR_RANGE, thread_set_priority(t, 1ul << 32));
	EXPECT(ERR_RANGE, thread_tls(t, USER_TOP));
	EXPECT(ERR_RANGE, thread_tls(t, 0xffff800000000000));
	EXPECT(ERR_STATE, thread_cancel(t));
	EXPECT(ERR_RIGHTS, thread_suspend(weak));
	EXPECT(ERR_RIGHTS, thread_tls(weak, 0));
	EXPECT(ERR_RIGHTS, thread_info(blind, NULL));
	EXPECT(ERR_RIGHTS, thread_registers(blind, NULL));
	EXPECT(ERR_METHOD, RAW_METHOD(t, 0));
	EXPECT(ERR_METHOD, RAW_METHOD(t, last_method(CAP_THREAD) + 1u));
	/* The running thread is not stopped. */
	EXPECT(ERR_STATE, CONFIGURE(ROOT_THREAD, 0));
	EXPECT(ERR_STATE, thread_start_at(ROOT_THREAD, (u64)stay, 0x1000, 0));
	EXPECT(ERR_STATE, thread_resume(ROOT_THREAD));
	EXPECT(ERR_STATE, thread_registers(ROOT_THREAD, NULL));
	EXPECT(ERR_STATE, thread_cancel(ROOT_THREAD));
}

void test_thread_info(void)
{
	static const struct thread_name name = {0x4142434445464748, 0x6162636465666768};
	struct kit_thread t = idle_thread();
	struct thread_info_result info = {0};

	EXPECT(OK, thread_name(t.thread, &name));
	EXPECT(OK, thread_set_priority(t.thread, 17));
	EXPECT(OK, thread_info(t.thread, &info));
	EXPECT_U64(THREAD_STOPPED, info.state);
	EXPECT_U64(17, info.priority);
	EXPECT_U64(name.name_start, info.name_start);
	EXPECT_U64(name.name_end, info.name_end);
	EXPECT(OK, thread_info(ROOT_THREAD, &info));
	EXPECT_U64(THREAD_READY, info.state);
}

/* Suspended before it ran, started anew, ended: each state as documented. */
void test_suspend_resume(void)
{
	struct kit_thread t = idle_thread();

	mark = 0;
	for (u32 i = 0; i < 5; i++)
		kit_yield();
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	EXPECT_U64(0, mark);
	EXPECT(OK, thread_suspend(t.thread)); /* of a stopped one: nothing */
	EXPECT(OK, thread_registers(t.thread, NULL));
	EXPECT(OK, thread_resume(t.thread));
	EXPECT(ERR_STATE, thread_resume(t.thread));
	EXPECT_U64(THREAD_READY, kit_state(t));
	EXPECT(ERR_STATE, thread_registers(t.thread, NULL));
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

/* A suspended thread's wait is cancelled, and its call returns ERR_CANCELLED when it goes on. */
void test_suspend_cancels(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), ep = kit_make(CAP_ENDPOINT, 0);
	static const u8 waits_as[] = {
		THREAD_WAITING, THREAD_RECEIVING, THREAD_SENDING, THREAD_SENDING, THREAD_AWAITING};
	struct message m = {0};

	for (word = 0; word < 5; word++) {
		struct kit_thread t = kit_thread(wait_each, word ? ep : n, 61);
		if (word == 4) {
			m.tag = 0;
			EXPECT(OK, ipc(SYS_RECV, ep, &m));
		}
		EXPECT_U64(waits_as[word], kit_state(t));
		EXPECT(OK, thread_registers(t.thread, NULL));
		EXPECT(OK, thread_suspend(t.thread));
		EXPECT_U64(THREAD_STOPPED, kit_state(t));
		EXPECT(ERR_STATE, thread_cancel(t.thread));
		if (word == 4)
			EXPECT(ERR_NO_REPLY, ipc(SYS_REPLY, 0, &(struct message){0}));
		m.tag = TAG_NONBLOCK;
		EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
		EXPECT(OK, thread_resume(t.thread));
		KIT_UNTIL(mark == ERR_CANCELLED);
		EXPECT(OK, slot_delete(t.thread));
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
	EXPECT(OK, kit_run_at(59));
	for (u32 i = 0; i < 100 && (!turns[0] || !turns[1]); i++)
		kit_yield();
	CHECK(turns[0] && turns[1]);
	u64 before[2] = {turns[0], turns[1]};
	kit_yield();
	CHECK(turns[0] > before[0] && turns[1] > before[1]);
	EXPECT_U64(0, turns[2]);
	EXPECT(OK, kit_run_at(60));
	EXPECT(OK, thread_suspend(a.thread));
	EXPECT(OK, thread_suspend(b.thread));
	EXPECT(OK, kit_run_at(58));
	for (u32 i = 0; i < 100 && !turns[2]; i++)
		kit_yield();
	CHECK(turns[2]);
	EXPECT(OK, kit_run_at(60));
	EXPECT(OK, thread_suspend(c.thread));
	struct thread_info_result info = {0};
	EXPECT(OK, thread_info(a.thread, &info));
	CHECK(info.ticks > 0);
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
	EXPECT(OK, thread_set_priority(t[3].thread, 40));
	EXPECT_U64(0, came);
	EXPECT(OK, kit_run_at(1));
	EXPECT_U64(4, came);
	EXPECT(OK, kit_run_at(60));
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
		EXPECT(OK, thread_suspend(t[i].thread));
		EXPECT(OK, thread_tls(t[i].thread, (u64)&tls[i]));
		EXPECT(OK, thread_resume(t[i].thread));
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
		EXPECT(OK, thread_suspend(client.thread));
		EXPECT(OK, thread_tls(client.thread, (u64)&callers_tls));
		EXPECT(OK, thread_resume(client.thread));
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
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .ipc_buffer_frame = frame));
	EXPECT(OK, thread_resume(t.thread));
	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	EXPECT(OK, slot_delete(frame));
	/* Deleted, the frame's children are its parent's: the buffer is still there. Revoked, it is gone. */
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(50, TAG_LENGTH(m.tag));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
	KIT_UNTIL(mark == OK);
	kit_page(&frame);
	t = kit_thread(call_long, ep, 60);
	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .ipc_buffer_frame = frame));
	EXPECT(OK, thread_resume(t.thread));
	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	EXPECT(OK, slot_revoke(frame));
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	KIT_UNTIL(mark == ERR_BUFFER);
	/* And without one from the start. */
	t = kit_thread(call_long, ep, 60);
	EXPECT(OK, thread_suspend(t.thread));
	kit_page(&frame);
	EXPECT(OK, CONFIGURE(t.thread, .ipc_buffer_frame = frame));
	EXPECT(OK, slot_revoke(frame));
	mark = 0;
	EXPECT(OK, thread_resume(t.thread));
	KIT_UNTIL(mark == ERR_BUFFER);
}

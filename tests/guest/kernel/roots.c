/* Roots that are taken from a thread: it does without them, or stops. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

static volatile u64 mark;

static void receive(u64 ep)
{
	struct message m = {0};

	mark = 999;
	mark = ipc(SYS_RECV, ep, &m);
}

static void fault_once(u64 unused)
{
	(void)unused;
	__asm__ volatile("ud2");
}

static void test_notification_unbound(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), n = kit_make(CAP_NOTIFICATION, 0),
	      other = kit_make(CAP_THREAD, 0);
	cap_t signal = kit_mint(n, RIGHT_WRITE, 1, MINT_BADGE);
	struct kit_thread t = kit_thread(receive, ep, KIT_PRIORITY);

	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .notification = n));
	EXPECT(OK, thread_resume(t.thread));
	KIT_UNTIL(kit_state(t) == THREAD_RECEIVING);
	EXPECT(ERR_STATE, CONFIGURE(other, .notification = n));
	EXPECT(OK, thread_clear(t.thread, THREAD_ROOT_NOTIFICATION));
	EXPECT(OK, ipc(SYS_SIGNAL, signal, &(struct message){0}));
	EXPECT_U64(THREAD_RECEIVING, kit_state(t)); /* it goes on waiting for messages */
	EXPECT(OK, CONFIGURE(other, .notification = n));
	EXPECT(OK, ipc(SYS_SEND, ep, &(struct message){0}));
	KIT_UNTIL(mark == OK);
}

static void test_report_withdrawn(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(fault_once, 0, KIT_PRIORITY);

	give_fault_endpoint(t.thread, ep);
	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	EXPECT(OK, thread_clear(t.thread, THREAD_ROOT_FAULT));
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
}

/* It stops, cannot go on without the root, and goes on with a new one. */
static void stops_without(u64 root)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(receive, ep, KIT_PRIORITY + 1);

	EXPECT_U64(THREAD_RECEIVING, kit_state(t));
	EXPECT(OK, thread_clear(t.thread, root));
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	EXPECT(ERR_STATE, thread_resume(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE));
	EXPECT(OK, thread_resume(t.thread));
	KIT_UNTIL(mark == ERR_CANCELLED);
}

static void call_long(u64 ep)
{
	mark = 999;
	mark = ipc(SYS_CALL, ep, &(struct message){.tag = TAG(0, 50)});
}

static void test_buffer_taken(void)
{
	struct kit_thread t = kit_thread(call_long, kit_make(CAP_ENDPOINT, 0), KIT_PRIORITY);

	EXPECT(OK, thread_clear(t.thread, THREAD_ROOT_BUFFER));
	KIT_UNTIL(mark == ERR_BUFFER);
}

static cap_t own_thread;

static void clear_own(u64 unused)
{
	(void)unused;
	mark = 5;
	thread_clear(own_thread, THREAD_ROOTS_ALL);
	mark = 6;
}

void test_roots_cleared(void)
{
	EXPECT(ERR_ARG, thread_clear(kit_make(CAP_THREAD, 0), THREAD_ROOTS_ALL + 1));
	EXPECT(ERR_RIGHTS, thread_clear(copy_of(ROOT_THREAD, RIGHT_READ), 0));
	test_notification_unbound();
	test_report_withdrawn();
	test_buffer_taken();
	stops_without(THREAD_ROOT_CNODE);
	stops_without(THREAD_ROOT_SPACE);
	stops_without(THREAD_ROOTS_ALL);
	struct kit_thread t = kit_thread(clear_own, 0, KIT_PRIORITY);
	own_thread = t.thread;
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
	EXPECT_U64(5, mark);
}

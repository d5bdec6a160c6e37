/* Notifications, yields and faults: control goes to another thread, with little or no message. */
#include "tests/bench/bench.h"
#include "lib/microk/memory.h"

void bench_null(void)
{
	MEASURE(empty, );
	/* No other thread is ready: the yield has nothing to do. */
	MEASURE(null, fast_yield());
	/* No such operation exists: the kernel takes the slow path, rejects it and returns. */
	MEASURE(refused, fast_ipc(SYS_COUNT, 0, NULL, NULL, 0, 0));
}

/* ---- notifications ---- */

static cap_t there, back; /* for threads of this address space */

/* Waits; the window that the signaller opened is closed here. */
static void waiter_closes(u64 unused)
{
	u64 bits;

	(void)unused;
	while (TAG_STATUS(fast_wait(there, &bits)) == OK)
		WINDOW_CLOSE(signal_one_way);
}

static void waiter(u64 unused)
{
	u64 bits;

	(void)unused;
	while (TAG_STATUS(fast_wait(there, &bits)) == OK)
		;
}

/* The argument has two slots: the low half is waited for, the high half is signalled. */
static void echo(u64 pair)
{
	cap_t from = (u32)pair, to = pair >> 32;
	u64 bits;

	while (TAG_STATUS(fast_wait(from, &bits)) == OK)
		fast_signal(to);
}

static struct kit_thread start_waiter(struct kit_thread t)
{
	KIT_UNTIL(kit_state(t) == THREAD_WAITING);
	return t;
}

void bench_notifications(void)
{
	struct kit_thread t;
	u64 bits;

	there = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);
	back = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);

	t = start_waiter(kit_thread(waiter_closes, 0, MORE_URGENT));
	sample_start("signal_one_way", ROW_signal_one_way);
	while (sample_wanted()) {
		WINDOW_OPEN(signal_one_way);
		fast_signal(there);
		sample_take();
	}
	sample_report();
	thread_suspend(t.thread);

	t = start_waiter(kit_thread(waiter, 0, MORE_URGENT));
	MEASURE(signal_and_wait, fast_signal(there));
	thread_suspend(t.thread);

	t = start_waiter(kit_thread(echo, there | back << 32, MORE_URGENT));
	MEASURE(signal_round_trip, fast_signal(there); fast_wait(back, &bits));
	thread_suspend(t.thread);

	t = start_waiter(kit_thread_apart(echo, there | back << 32, MORE_URGENT));
	MEASURE(signal_round_trip_apart, fast_signal(there); fast_wait(back, &bits));
	thread_suspend(t.thread);
}

/* ---- yield ---- */

/* Both threads run this: each window is opened by one and closed by the other. */
static void yielder(u64 unused)
{
	(void)unused;
	for (;;) {
		WINDOW_OPEN(yield);
		fast_yield();
		WINDOW_CLOSE(yield);
		if (!sample_wanted())
			return;
		sample_take();
	}
}

void bench_yield(void)
{
	struct kit_thread t;

	sample_start("yield", ROW_yield);
	t = kit_thread(yielder, 0, AS_URGENT);
	yielder(0);
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
	sample_report();
}

/* ---- faults ---- */

#define HOLE 0x200000000000ul /* nothing is mapped here */

static void toucher(u64 address)
{
	*(volatile u8 *)address = 1;
}

/* A thread of this address space, with its faults reported to `ep`. */
static cap_t start_toucher(cap_t ep)
{
	struct kit_thread t = kit_thread(toucher, HOLE, LESS_URGENT);
	struct message m = {0};

	EXPECT(OK, thread_suspend(t.thread));
	EXPECT(OK, CONFIGURE(t.thread, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE,
			     .fault_endpoint = ep));
	EXPECT(OK, thread_resume(t.thread));
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	CHECK(TAG_LABEL(m.tag) == LABEL_FAULT && m.word[FAULT_ADDRESS] == HOLE);
	return t.thread;
}

/* The handler answers "try again" and the thread faults again: the whole way, without a repair. */
static void faults_again(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), thread = start_toucher(ep);
	u64 w[MSG_REGS], badge;

	MEASURE(fault, fast_reply_recv(ep, TAG(0, 0), &badge, w, 0));
	thread_suspend(thread);
}

/* A whole repair: the handler maps a page where the fault was, and the measured thread goes on. */
static cap_t page;

static void mapper(u64 ep)
{
	u64 w[2], badge;

	while (TAG_STATUS(fast_reply_recv(ep, TAG(0, 0), &badge, w, 0)) == OK)
		frame_map_at(page, ROOT_SPACE, HOLE, RIGHT_READ | RIGHT_WRITE);
}

static void toucher_measured(u64 bad)
{
	MEASURE_AND(fault_map, *(volatile u8 *)HOLE = 1, bad |= frame_unmap(page));
	CHECK(!bad);
	fast_signal(there);
}

static void faults_repaired(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(mapper, ep, MORE_URGENT), toucher;
	u64 bits;

	there = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE);
	page = kit_make(CAP_FRAME, 1);
	/* Run once here, so that the page tables exist. */
	EXPECT(OK, space_map(ROOT_SPACE, page, HOLE, RIGHT_READ | RIGHT_WRITE, 0));
	EXPECT(OK, frame_unmap(page));
	toucher = kit_thread(toucher_measured, 0, LESS_URGENT);
	EXPECT(OK, thread_suspend(toucher.thread));
	EXPECT(OK, CONFIGURE(toucher.thread, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE,
			     .fault_endpoint = ep));
	EXPECT(OK, thread_resume(toucher.thread));
	fast_wait(there, &bits);
	thread_suspend(t.thread);
}

void bench_faults(void)
{
	faults_again();
	faults_repaired();
}

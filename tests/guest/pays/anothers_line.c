/* A line about another thread: an urgent thread whose system call causes it does not pay for it, nor for the lines that
 * wait before it. */
#include "tests/guest/pays/pays.h"

static cap_t shared;

static void serve_and_call(u64 unused)
{
	struct message m = {0};

	(void)unused;
	ipc(SYS_RECV, shared, &m);
	ipc(SYS_CALL, shared, &(struct message){0});
	for (;;)
		kit_yield();
}

static void serve_and_spin(u64 unused)
{
	struct message m = {0};

	(void)unused;
	ipc(SYS_RECV, shared, &m);
	for (;;)
		kit_yield();
}

static void let_go_on(u64 thread)
{
	for (u32 i = 0; i < 12; i++) {
		thread_resume(thread);
		kit_yield();
	}
	for (;;)
		;
}

static u64 with_line(bool ends)
{
	u64 worst = 0;
	struct kit_thread a, b, f[2];

	shared = kit_make(CAP_ENDPOINT, 0);
	a = kit_thread(serve_and_call, 0, LESS_URGENT);
	b = kit_thread(serve_and_spin, 0, LESS_URGENT);
	nap(1000);
	EXPECT(OK, ipc(SYS_SEND, shared, &(struct message){0}));
	EXPECT(OK, ipc(SYS_SEND, shared, &(struct message){0}));
	nap(1000);
	f[0] = kit_thread_apart(fault_for_ever, 0, LESS_URGENT);
	f[1] = kit_thread(let_go_on, f[0].thread, LESS_URGENT);
	nap(300);
	if (ends)
		EXPECT(OK, slot_delete(b.thread));
	worst = worst_wake(40);
	slot_delete(f[0].thread);
	slot_delete(f[1].thread);
	slot_delete(a.thread);
	if (!ends)
		slot_delete(b.thread);
	return worst;
}

/* An urgent thread deletes one of two servers of a less urgent program, which has the other wait for itself. */
void test_line_of_another(void)
{
	u64 idle = with_line(false), worst = with_line(true);

	if (worst > idle + AT_MOST_OFF)
		kit_fail(__FILE__, __LINE__, "a wake-up was %lu late, idle %lu", worst, idle);
}

/* Expiries: deadlines of less urgent threads take no time from an urgent one. */
#include "tests/guest/pays/pays.h"

#define SLEEPERS 1000
#define JITTER 400 /* between two readings of the clock, if nothing comes in between */

extern char sleep_for_ever[];
/* Waits on the Notification in rdi with the deadline in its buffer, again and again. */
__asm__(".text\nsleep_for_ever:\n movq %rdi, %r14\n1: movl $0x80006, %eax\n movq %r14, %rdi\n "
	"syscall\n jmp 1b\n");

/* How long the longest interruption is while this thread spins from before to after the deadline. */
static u64 worst_gap(u64 deadline)
{
	u64 t, last, worst = 0;

	for (last = now(); (t = now()) < deadline + microseconds(3000); last = t)
		worst = t - last > worst ? t - last : worst;
	return worst;
}

void test_expiry_steals(void)
{
	cap_t u = kit_slot(), table = kit_slot(), n = kit_make(CAP_NOTIFICATION, 0), frame;
	struct ipcbuf *shared = kit_page(&frame);
	u64 at, idle = worst_gap(now() + microseconds(3000)), worst;

	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, 4ul << 20, u, 1));
	EXPECT(OK, retype(u, CAP_CNODE, 4096, table, 1));
	shared->deadline = at = now() + microseconds(40000);
	for (u32 i = 1; i <= SLEEPERS; i++) {
		cap_t t = kit_slot();
		EXPECT(OK, retype(u, CAP_THREAD, 0, t, 1));
		EXPECT(OK, CONFIGURE(t, .cnode = ROOT_CNODE, .address_space = ROOT_SPACE,
				     .ipc_buffer_frame = frame));
		EXPECT(OK, thread_set_priority(t, 1));
		EXPECT(OK, thread_start_at(t, (u64)sleep_for_ever, 0x1000, n));
		EXPECT(OK, slot_move_to(table, i, t));
	}
	shared->deadline = at = now() + microseconds(20000);
	nap(10000); /* they go to sleep */
	CHECK(now() < at);
	worst = worst_gap(at);
	if (worst > 2 * idle + JITTER)
		kit_fail(__FILE__, __LINE__, "the longest gap is %lu, idle %lu", worst, idle);
	EXPECT(OK, slot_revoke(u));
	EXPECT(OK, slot_delete(u));
}

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

	for (last = now(); (t = now()) < deadline + us(3000); last = t)
		worst = t - last > worst ? t - last : worst;
	return worst;
}

void test_expiry_steals(void)
{
	cap_t u = kit_slot(), table = kit_slot(), n = kit_make(CAP_NOTIFICATION, 0), frame;
	struct ipcbuf *shared = kit_page(&frame);
	u64 at, idle = worst_gap(now() + us(3000)), worst;

	EXPECT(OK, RETYPE(ROOT_UNTYPED, CAP_UNTYPED, 4ul << 20, u, 1));
	EXPECT(OK, RETYPE(u, CAP_CNODE, 4096, table, 1));
	shared->deadline = at = now() + us(40000);
	for (u32 i = 1; i <= SLEEPERS; i++) {
		cap_t t = kit_slot();
		EXPECT(OK, RETYPE(u, CAP_THREAD, 0, t, 1));
		EXPECT(OK, METHOD(t, THREAD_CONFIGURE, ROOT_CNODE, ROOT_SPACE, 0, frame, 0));
		EXPECT(OK, METHOD(t, THREAD_PRIORITY, 1));
		EXPECT(OK, METHOD(t, THREAD_START, (u64)sleep_for_ever, 0x1000, n));
		EXPECT(OK, METHOD(table, CNODE_MOVE, i, ROOT_CNODE, t));
	}
	shared->deadline = at = now() + us(20000);
	nap(10000); /* they go to sleep */
	CHECK(now() < at);
	worst = worst_gap(at);
	if (worst > 2 * idle + JITTER)
		kit_fail(__FILE__, __LINE__, "the longest gap is %lu, idle %lu", worst, idle);
	EXPECT(OK, REVOKE(u));
	EXPECT(OK, DELETE(u));
}

/* How late an urgent thread wakes, beside a less urgent one that does what takes the kernel long. */
#include "tests/guest/pays/pays.h"

#define TIMES 400

/* The worst of many, at various moments. */
static u64 worst_wake(void)
{
	u64 worst = 0;

	for (u32 i = 0; i < TIMES; i++) {
		u64 late = now() + us(3 + i % 17) + i % 13 * 77;

		nap_until(late);
		late = now() - late;
		worst = MAX(worst, late);
	}
	return worst;
}

static void fault_apart(u64 unused)
{
	(void)unused;
	for (;;)
		__asm__ volatile("ud2");
}

static void let_go_on(u64 thread)
{
	for (;;) {
		METHOD(thread, THREAD_RESUME);
		kit_yield();
	}
}

#define TELLER                                                                                     \
	0x72656c6c6574ul /* its name, and what tests/test_guest.py looks for on the serial line */
#define REPORTS 8
#define REFILL_US 40000000

/* It faults as long as its reports are in its budget, and each is shown. */
void test_wakes_beside_faults(void)
{
	u64 idle = worst_wake(), bytes, worst;

	nap(REFILL_US); /* other tests may have used up the budget */
	bytes = kit_info->log_bytes;
	struct kit_thread t = kit_thread_apart(fault_apart, 0, LESS_URGENT);

	EXPECT(OK, METHOD(t.thread, THREAD_NAME, TELLER, 0));
	kit_thread(let_go_on, t.thread, LESS_URGENT);
	worst = worst_wake();
	kit_report("%s: %lu ticks, idle %lu", kit_test, worst, idle);
	CHECK(kit_info->log_bytes > bytes + (u64)REPORTS * 80);
	if (worst > idle + AT_MOST_OFF)
		kit_fail(__FILE__, __LINE__, "a wake-up was %lu late, idle %lu", worst, idle);
	EXPECT(OK, METHOD(ROOT_CNODE, CNODE_DELETE, t.thread));
	nap(100000); /* all of it is shown */
}

/* How late an urgent thread wakes while a less urgent one makes the kernel's longest calls. */
#include "tests/guest/pays/pays.h"
#include "lib/microk/memory.h"

#define TIMES 400

static void let_go_on(u64 thread)
{
	for (;;) {
		thread_resume(thread);
		kit_yield();
	}
}

#define TELLER                                                                                     \
	0x72656c6c6574ul /* its name, for which tests/test_guest.py looks on the serial line */
#define REPORTS 8
#define REFILL_US 40000000

/* It faults until its budget of reports is used up, and each report is shown. */
void test_wakes_beside_faults(void)
{
	u64 idle = worst_wake(TIMES), bytes, worst;

	nap(REFILL_US); /* other tests may have used up the budget */
	bytes = kit_info->log_bytes;
	struct kit_thread t = kit_thread_apart(fault_for_ever, 0, LESS_URGENT);

	EXPECT(OK, thread_name(t.thread, &(struct thread_name){.name_start = TELLER}));
	kit_thread(let_go_on, t.thread, LESS_URGENT);
	worst = worst_wake(TIMES);
	kit_report("%s: %lu ticks, idle %lu", kit_test, worst, idle);
	CHECK(kit_info->log_bytes > bytes + (u64)REPORTS * 80);
	if (worst > idle + AT_MOST_OFF)
		kit_fail(__FILE__, __LINE__, "a wake-up was %lu late, idle %lu", worst, idle);
	EXPECT(OK, slot_delete(t.thread));
	nap(100000); /* all of it is shown */
}

#define MANY_PAGES 511    /* as many single pages as a Frame can have mapped */
#define LONGEST_STEP 4800 /* to make as many objects as a call may */

static void make_and_revoke(u64 untyped)
{
	cap_t slot = (cap_t)untyped + 1;

	for (;;) {
		retype(untyped, CAP_FRAME, MANY_PAGES, slot, 1);
		space_map(ROOT_SPACE, slot, 0x3000000000, RIGHT_READ, 0);
		slot_revoke(untyped);
		retype(untyped, CAP_ENDPOINT, 0, slot, RETYPE_MAX_COUNT);
		slot_revoke(untyped);
	}
}

/* The longest steps that there are: to clear a page, to unmap a Frame, to make as many objects as a call may. */
void test_wakes_beside_memory(void)
{
	u64 idle = worst_wake(TIMES), worst;
	cap_t untyped = kit_slots(1 + RETYPE_MAX_COUNT);

	EXPECT(OK, retype(kit_untyped(), CAP_UNTYPED, 4ul << 20, untyped, 1));
	kit_thread(make_and_revoke, untyped, LESS_URGENT);
	nap(10000);
	worst = worst_wake(TIMES);
	worst = MAX(worst, worst_wake(TIMES));
	kit_report("%s: %lu ticks, idle %lu", kit_test, worst, idle);
	if (worst > idle + LONGEST_STEP)
		kit_fail(__FILE__, __LINE__, "a wake-up was %lu late, idle %lu", worst, idle);
}

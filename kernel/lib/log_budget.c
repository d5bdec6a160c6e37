/*
 * Any program can fault, or close a cycle of calls, as often as it likes, and each time the kernel prints. Printing takes time with
 * interrupts off, and the log is a ring: without a limit one program would push out the lines of all others.
 *
 * Linux limits each call site (`printk_ratelimited`), so one program uses up what is left for another; the BSDs limit by
 * kind of message. Here a program has the budget: it lies in its AddressSpace, so that it is made and paid for with
 * it. BURST reports at once, then one every REFILL_SECONDS. So that many programs of one owner cannot do what one may not, all
 * of them together have TOTAL_A_SECOND.
 */
#include "lib/log_budget.h"
#include "lib/print.h"
#include "mm/space.h"
#include "x86/apic.h"
#include "x86/x86.h"

#define BURST 8
#define REFILL_SECONDS 4
#define TOTAL_A_SECOND 16

static struct {
	u64 second;
	u32 reports;
} total;

static void refill(struct log_budget *b, u64 second)
{
	u64 earned = (second - b->since) / REFILL_SECONDS;

	if (earned >= b->used)
		b->used = 0;
	else
		b->used -= (u16)earned;
	b->since = b->used ? (u32)(b->since + earned * REFILL_SECONDS) : (u32)second;
}

static bool total_allows(u64 second)
{
	if (second != total.second) {
		total.second = second;
		total.reports = 0;
	}
	return total.reports < TOTAL_A_SECOND;
}

bool log_allows(const struct thread *t)
{
	static struct log_budget none; /* of threads that lost their AddressSpace */
	struct space *space = (struct space *)t->slots[T_SPACE].object;
	struct log_budget *b = space ? &space->log : &none;
	u64 second = rdtsc() / tsc_hz;

	refill(b, second);
	if (b->used >= BURST || !total_allows(second)) {
		b->dropped += b->dropped < 0xffff;
		return false;
	}
	b->used++;
	total.reports++;
	if (b->dropped)
		kprintf("[log] %u lines of %.16s were dropped\n", (u32)b->dropped, thread_name(t));
	b->dropped = 0;
	return true;
}

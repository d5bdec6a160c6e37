/*
 * Any program can fault, or close a cycle of calls, without a limit, and each time the kernel prints a line. Printing takes
 * time with interrupts off, and the log is a ring: without a limit one program would push out the lines of all others.
 *
 * Linux' limit is a burst in an interval, after which nothing is printed until the interval ends, and then the number of those
 * suppressed. Here an account (chosen in log_account.c) has LOG_BURST reports at once and earns one more every
 * REFILL_SECONDS, so that the line of a program that has been quiet appears at once.
 */
#include "ipc/log_budget.h"
#include "mm/log_account.h"
#include "pc/apic.h"
#include "x86/x86.h"

#define REFILL_SECONDS 4

static void refill(struct log_account *a, u64 second)
{
	u64 earned = (second - a->since) / REFILL_SECONDS;

	if (earned >= a->used)
		a->used = 0;
	else
		a->used -= (u16)earned;
	a->since = a->used ? (u32)(a->since + earned * REFILL_SECONDS) : (u32)second;
}

bool log_has_left(u32 account)
{
	struct log_account *a = &log_accounts[account];

	refill(a, rdtsc() / tsc_hz);
	return a->used < LOG_BURST;
}

void log_take_one(u32 account)
{
	log_accounts[account].used++;
}

bool log_allows(u32 account, bool room, u32 spared, u32 *dropped)
{
	struct log_account *a = &log_accounts[account];

	refill(a, rdtsc() / tsc_hz);
	if (a->used + spared >= LOG_BURST || !room) {
		a->dropped += a->dropped < 0xffff;
		return false;
	}
	a->used++;
	*dropped = a->dropped;
	a->dropped = 0;
	return true;
}

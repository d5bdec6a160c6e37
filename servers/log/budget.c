/*
 * A line costs its reader far more than its writer: 10 ms of a serial line against a few microseconds. Without a limit a
 * program of low priority would keep the console busy, and so all programs less urgent than the console waiting.
 *
 * Weighed: systemd's journal suppresses a service for the rest of an interval after a burst; syslog counts repeated lines; the
 * kernel here has an account for each thread that causes reports (kernel/mm/log_account.c). Chosen: the kernel's way,
 * counted in bytes, since a service chooses the length of its lines. Each write costs something in addition, so that empty
 * writes are limited too.
 */
#include "servers/log/budget.h"
#include "lib/microk/util.h"

static void earn(struct budget *b, u64 now, u64 hz)
{
	u64 tick = MAX(hz / BUDGET_RATE, 1ul), earned = (now - b->since) / tick;

	if (earned >= b->used) {
		b->used = 0;
		b->since = now;
	} else {
		b->used -= earned;
		b->since += earned * tick;
	}
}

bool budget_take(struct budget *b, u64 bytes, u64 now, u64 hz)
{
	earn(b, now, hz);
	if (b->used + bytes + BUDGET_WRITE > BUDGET_BURST) {
		b->dropped += b->dropped < ~0u;
		return false;
	}
	b->used += bytes + BUDGET_WRITE;
	return true;
}

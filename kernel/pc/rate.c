/*
 * Linux measures the TSC against one clock, takes the best of three attempts, and corrects itself
 * in the background for a second; FreeBSD times it for a second against one clock. A boot of a tenth of a second
 * cannot wait, and nothing is corrected later here, so a measurement must be right at once: short measurements are repeated
 * until several agree, because a host that stops the machine spoils one of them and not three in the same way. Several
 * clocks are compared, because a wrong clock (a dead 8254 under a hypervisor) is not wrong in the same way as the others.
 */
#include "pc/rate.h"

#define SETTLED 3         /* measurements that must agree */
#define SETTLED_PART 1000 /* to within this part of the median: a slow port read blurs by as much */
#define AGREE_PART 100 /* clocks of one machine differ by far less, and a wrong clock by far more */

static u64 distance(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

/* By insertion: there are two dozen at most. */
static void sort(u64 *values, u32 count)
{
	for (u32 i = 1; i < count; i++) {
		u64 value = values[i];
		u32 at = i;

		for (; at > 0 && values[at - 1] > value; at--)
			values[at] = values[at - 1];
		values[at] = value;
	}
}

u64 rate_median(u64 *values, u32 count)
{
	sort(values, count);
	return values[count / 2];
}

bool rate_settled(u64 *values, u32 count)
{
	u64 median = rate_median(values, count);
	u32 near = 0;

	for (u32 i = 0; i < count; i++)
		near += distance(values[i], median) <= median / SETTLED_PART;
	return near >= SETTLED && near > count / 2;
}

bool rate_agree(u64 a, u64 b)
{
	return distance(a, b) <= MAX(a, b) / AGREE_PART;
}

u32 rate_choose(const struct rate *rates, u32 count)
{
	u32 chosen = 0, most = 0;

	for (u32 i = 0; i < count; i++) {
		u32 votes = 0;

		for (u32 j = 0; j < count; j++)
			votes += rate_agree(rates[i].hz, rates[j].hz);
		if (votes > most) {
			most = votes;
			chosen = i;
		}
	}
	return chosen;
}

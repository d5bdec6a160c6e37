/* A clock's rate, from several measurements that a busy host may have spoilt, and from several
 * clocks of which one may be wrong. No hardware here: it runs on a host for tests. */
#pragma once
#include "microk/types.h"

/* The result of one clock: ticks of the TSC in a second. */
struct rate {
	const char *clock;
	u64 hz;
};

/* The median of `count` values, at least one; sorts them in place. */
u64 rate_median(u64 *values, u32 count);

/* Whether enough of the values lie so close to their median that more would not change it. Sorts them in place. */
bool rate_settled(u64 *values, u32 count);

/* The rate that most clocks agree on: the index of the first clock with the largest number of others that agree with it.
 * `count` is at least 1. */
u32 rate_choose(const struct rate *rates, u32 count);

/* Whether two clocks agree. */
bool rate_agree(u64 a, u64 b);

/* A thread that wakes at a chosen instruction of others. */
#pragma once
#include "microk/types.h"

/* Sleeps until the counter (kit/clock.h) has this value or a few more. `never` is a Notification that no thread signals. The timer
 * counts in steps of 16 ticks from when it was set; another `phase`, 0..15, moves these steps, so that it does not always stop at
 * the same of 16 instructions. */
void sleep_until_moment(cap_t never, u64 tick, u32 phase);

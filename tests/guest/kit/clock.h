/* The time stamp counter, which is the kernel's clock, too: deadlines are values of it. */
#pragma once
#include "tests/guest/kit/kit.h"

static inline u64 now(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

/* In ticks of the counter. */
static inline u64 microseconds(u64 n) { return kit_info->tsc_hz / 1000000 * n; }

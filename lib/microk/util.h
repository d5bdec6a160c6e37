/* Small definitions that many programs need. */
#pragma once
#include "microk/types.h"

#define KIB 1024ul
#define MIB (1024ul * 1024ul)

/* The processor's time-stamp counter (Intel SDM vol. 2, RDTSC); microk_info.tsc_hz is its rate. */
static inline u64 tsc_read(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

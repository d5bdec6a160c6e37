/* Times as C programs pass them, and the ticks of the time-stamp counter that they stand for. */
#pragma once
#include "microk/types.h"

#define BILLION 1000000000ul

struct timespec {
	i64 seconds, nanoseconds;
};

bool time_is_valid(const struct timespec *t);
/* As many ticks, and as much time. */
u64 ticks_of(const struct timespec *t);
struct timespec time_of(u64 ticks);
/* The tick at that time of the clock: not 0. */
u64 tick_at(long clock, const struct timespec *t);
/* The tick when that time has passed from now on: not 0. A longer time than 34 years is that long. */
u64 tick_after(const struct timespec *t);
/* Ticks that the thread in a place has run (limits.c); PROCESS_TIMES_ALL: all threads. 0, or a negative errno. */
long times_of(u32 place, u64 *ticks);
/* Nanoseconds since the machine began. */
u64 time_since_boot(void);

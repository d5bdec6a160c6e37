/* Clocks and sleeping. The time-stamp counter is the clock, so reading it takes no request. */
#include "lib/microk/ipc.h"
#include "lib/microk/util.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"
#include "user/libc/time.h"
#include "user/libc/waiting.h"

#define REALTIME 0
#define MONOTONIC 1
#define PROCESS_CPU 2
#define THREAD_CPU 3
#define COARSE_REALTIME 5
#define COARSE_MONOTONIC 6
#define BOOTTIME 7
#define TIMER_ABSTIME 1

static bool is_real(long clock)
{
	return clock == REALTIME || clock == COARSE_REALTIME;
}

static bool is_clock(long clock)
{
	return is_real(clock) || clock == MONOTONIC || clock == 4 || clock == COARSE_MONOTONIC ||
	       clock == BOOTTIME;
}

/* As clock_getcpuclockid makes it, of a process's number; 0: the caller. */
static bool is_own_clock(long clock)
{
	return clock == PROCESS_CPU || clock == -6 ||
	       clock == -8 * (long)(process_page->process + 1) + PROCESS_CPU;
}

static struct timespec since_boot(u64 ticks)
{
	u64 rate = process_page->ticks_per_second ? process_page->ticks_per_second : BILLION;

	ticks -= process_page->boot_ticks;
	return (struct timespec){
		(i64)(ticks / rate), (i64)((unsigned __int128)(ticks % rate) * BILLION / rate)};
}

long call_clock_gettime(const long a[6])
{
	struct timespec *to = (struct timespec *)a[1];

	if (is_own_clock(a[0]) || a[0] == THREAD_CPU) {
		u64 ticks;
		long failed =
			times_of(a[0] == THREAD_CPU ? own_place(own()) : PROCESS_TIMES_ALL, &ticks);
		*to = time_of(ticks);
		return failed;
	}
	if (!is_clock(a[0]))
		return -EINVAL;
	*to = since_boot(tsc_read());
	if (is_real(a[0]))
		to->seconds += (i64)process_page->boot_date;
	return 0;
}

long call_clock_getres(const long a[6])
{
	if (!is_clock(a[0]) && !is_own_clock(a[0]) && a[0] != THREAD_CPU)
		return -EINVAL;
	if (a[1])
		*(struct timespec *)a[1] = (struct timespec){0, 1};
	return 0;
}

long call_gettimeofday(const long a[6])
{
	struct timespec now;

	call_clock_gettime((const long[6]){REALTIME, (long)&now});
	if (a[0])
		*(struct timespec *)a[0] = (struct timespec){now.seconds, now.nanoseconds / 1000};
	return 0;
}

bool time_is_valid(const struct timespec *t)
{
	return t->seconds >= 0 && t->nanoseconds >= 0 && t->nanoseconds < (i64)BILLION;
}

u64 ticks_of(const struct timespec *t)
{
	u64 rate = process_page->ticks_per_second;
	u64 seconds = MIN((u64)t->seconds, 1ul << 30);

	return seconds * rate +
	       (u64)(((unsigned __int128)t->nanoseconds * rate + BILLION - 1) / BILLION);
}

struct timespec time_of(u64 ticks)
{
	return since_boot(process_page->boot_ticks + ticks);
}

u64 tick_at(long clock, const struct timespec *t)
{
	struct timespec since = *t;

	if (is_real(clock))
		since.seconds -= MIN(since.seconds, (i64)process_page->boot_date);
	return process_page->boot_ticks + ticks_of(&since) + 1;
}

u64 tick_after(const struct timespec *t)
{
	return tsc_read() + ticks_of(t);
}

u64 time_since_boot(void)
{
	struct timespec now = since_boot(tsc_read());

	return (u64)now.seconds * BILLION + (u64)now.nanoseconds;
}

static long sleep_until(u64 tick)
{
	long ended = 0;

	while (!ended && tsc_read() < tick)
		ended = wait_for_signal(tick);
	return ended == -ETIMEDOUT ? 0 : ended;
}

/* remaining: NULL, or where the rest of a relative sleep goes that was interrupted. */
static long sleep_on(long clock, bool absolute, const struct timespec *for_time,
		     struct timespec *remaining)
{
	if (!time_is_valid(for_time))
		return -EINVAL;
	u64 tick = absolute ? tick_at(clock, for_time) : tick_after(for_time);
	long ended = sleep_until(tick);
	if (ended == -EINTR && !absolute && remaining)
		*remaining = time_of(tick - MIN(tick, tsc_read()));
	return ended;
}

long call_nanosleep(const long a[6])
{
	return sleep_on(MONOTONIC, false, (const struct timespec *)a[0], (struct timespec *)a[1]);
}

long call_clock_nanosleep(const long a[6])
{
	if (!is_clock(a[0]))
		return -EINVAL;
	return sleep_on(
		a[0], a[1] & TIMER_ABSTIME, (const struct timespec *)a[2], (struct timespec *)a[3]);
}

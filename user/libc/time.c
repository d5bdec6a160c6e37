/* Clocks and sleeping. The time-stamp counter is the clock, so reading it takes no request. */
#include "lib/microk/ipc.h"
#include "lib/microk/util.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"

#define BILLION 1000000000ul
#define REALTIME 0
#define MONOTONIC 1
#define COARSE_REALTIME 5
#define COARSE_MONOTONIC 6
#define BOOTTIME 7
#define TIMER_ABSTIME 1

struct timespec {
	i64 seconds, nanoseconds;
};

static bool is_real(long clock)
{
	return clock == REALTIME || clock == COARSE_REALTIME;
}

static bool is_clock(long clock)
{
	return is_real(clock) || clock == MONOTONIC || clock == 4 || clock == COARSE_MONOTONIC ||
	       clock == BOOTTIME;
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

	if (!is_clock(a[0]))
		return -EINVAL;
	*to = since_boot(tsc_read());
	if (is_real(a[0]))
		to->seconds += (i64)process_page->boot_date;
	return 0;
}

long call_clock_getres(const long a[6])
{
	if (!is_clock(a[0]))
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

/* Waits until that tick for a signal of the thread's own Notification, which does not come. A process that was stopped goes on waiting. */
static long sleep_until(u64 tick)
{
	while (tsc_read() < tick) {
		struct message m = {.tag = TAG_DEADLINE};

		if (!signals_wait_begin())
			return -EINTR;
		ipc_buffer->deadline = tick;
		enum microk_status status = ipc(SYS_WAIT, process_wakeup(), &m);
		signals_wait_end();
		if (status == ERR_CANCELLED && signals_due())
			return -EINTR;
		if (status != OK && status != ERR_DEADLINE && status != ERR_CANCELLED)
			return -EIO;
	}
	return 0;
}

/* `left` may be NULL: the time that a signal has cut off. */
static long sleep_on(long clock, bool absolute, const struct timespec *for_time,
		     struct timespec *left)
{
	u64 rate = process_page->ticks_per_second;

	if (for_time->seconds < 0 || for_time->nanoseconds < 0 ||
	    for_time->nanoseconds >= (i64)BILLION)
		return -EINVAL;
	u64 seconds = (u64)for_time->seconds;
	if (absolute && is_real(clock))
		seconds -= MIN(seconds, process_page->boot_date);
	u64 ticks = (u64)((unsigned __int128)for_time->nanoseconds * rate / BILLION);
	seconds = MIN(seconds, 1ul << 30); /* 34 years */
	u64 tick = (absolute ? process_page->boot_ticks : tsc_read()) + seconds * rate + ticks;
	long result = sleep_until(tick), now = (long)tsc_read();
	if (result == -EINTR && left && !absolute)
		*left = since_boot(
			process_page->boot_ticks + (tick > (u64)now ? tick - (u64)now : 0));
	return result;
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

/* Alarms: the server keeps the process's one timer, ITIMER_REAL. */
#include "gen/protocols/process_client.h"
#include "lib/microk/util.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"

#define ITIMER_REAL 0
#define MILLION 1000000l

struct timeval {
	i64 seconds, microseconds;
};
struct itimerval {
	struct timeval interval, value;
};

static bool is_time(const struct timeval *t)
{
	return t->seconds >= 0 && t->microseconds >= 0 && t->microseconds < MILLION;
}

static u64 ticks_of(const struct timeval *t)
{
	u64 rate = process_page->ticks_per_second, seconds = MIN((u64)t->seconds, 1ul << 30);

	return seconds * rate + (u64)((unsigned __int128)t->microseconds * rate / MILLION);
}

/* Rounded up: a timer that runs is not shown as 0. */
static struct timeval time_of(u64 ticks)
{
	u64 rate = process_page->ticks_per_second;
	u64 all = (u64)(((unsigned __int128)ticks * MILLION + rate - 1) / rate);

	return (struct timeval){(i64)(all / MILLION), (i64)(all % MILLION)};
}

static void show(u64 at, u64 every, struct itimerval *to)
{
	u64 now = tsc_read();

	*to = (struct itimerval){
		.interval = time_of(every),
		.value = time_of(at > now ? at - now
				 : at     ? 1
					  : 0)};
}

long call_setitimer(const long a[6])
{
	const struct itimerval *next = (const struct itimerval *)a[1];
	struct process_alarm_result before;

	if (a[0] != ITIMER_REAL || !is_time(&next->value) || !is_time(&next->interval))
		return -EINVAL;
	u64 ticks = ticks_of(&next->value);
	enum microk_status status = process_alarm(
		process_slot(),
		&(struct process_alarm_args){.at = ticks ? tsc_read() + ticks : 0,
					     .every = ticks ? ticks_of(&next->interval) : 0},
		&before);
	if (status == OK && a[2])
		show(before.before_at, before.before_every, (struct itimerval *)a[2]);
	return error_of(status);
}

/* There is no request that only looks: the alarm is taken off and set again, at the same tick. */
long call_getitimer(const long a[6])
{
	struct process_alarm_result now, none;

	if (a[0] != ITIMER_REAL)
		return -EINVAL;
	enum microk_status status =
		process_alarm(process_slot(), &(struct process_alarm_args){0}, &now);
	if (status == OK && now.before_at)
		status = process_alarm(
			process_slot(),
			&(struct process_alarm_args){
				.at = now.before_at, .every = now.before_every},
			&none);
	if (status == OK)
		show(now.before_at, now.before_every, (struct itimerval *)a[1]);
	return error_of(status);
}

/* musl's alarm uses setitimer; this is for programs that make the call themselves. */
long call_alarm(const long a[6])
{
	const struct itimerval next = {.value = {.seconds = a[0]}};
	struct itimerval before = {0};
	long failed = call_setitimer((const long[6]){ITIMER_REAL, (long)&next, (long)&before});

	return failed ? failed : before.value.seconds + (before.value.microseconds != 0);
}

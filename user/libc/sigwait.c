/* Calls that wait for signals. */
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/time.h"
#include "user/libc/waiting.h"

/* Until a handler has run. */
static long suspend(u64 mask)
{
	u64 before = signals_mask(mask);
	bool restarts = true;

	while (!wait_is_over() && !(signals_due() && signals_run(NULL, &restarts)))
		wait_for_signal(0);
	return signals_unmask(before, CALL_INTERRUPTED);
}

long call_rt_sigsuspend(const long a[6])
{
	return suspend(*(const u64 *)a[0]);
}

long call_pause(const long a[6])
{
	(void)a;
	return suspend(signals_control()->mask);
}

long call_rt_sigtimedwait(const long a[6])
{
	struct process_control *c = signals_control();
	const struct timespec *limit = (const struct timespec *)a[2];
	u64 set = *(const u64 *)a[0] & ~PROCESS_SURE;
	struct signal_info info;
	u32 signal;

	if (limit && !time_is_valid(limit))
		return -EINVAL;
	u64 tick = limit ? tick_after(limit) : 0;
	while (!(signal = signals_take(set, &info))) {
		if (signals_due() || wait_is_over())
			return -EINTR;
		c->awaited = set;
		long ended = wait_for_signal(tick);
		c->awaited = 0;
		if (ended == -ETIMEDOUT && !(signal = signals_take(set, &info)))
			return -EAGAIN;
		if (signal)
			break;
	}
	if (a[1])
		*(struct signal_info *)a[1] = info;
	return signal;
}

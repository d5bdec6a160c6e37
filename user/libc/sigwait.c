/* Calls that wait for signals. */
#include "lib/microk/ipc.h"
#include "lib/microk/util.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"

#define BILLION 1000000000l

/* Waits until a signal comes, or until that tick (0: for ever). */
static enum microk_status wait_until(u64 tick)
{
	struct message m = {.tag = tick ? TAG_DEADLINE : 0};

	if (!signals_wait_begin())
		return ERR_CANCELLED;
	ipc_buffer->deadline = tick;
	enum microk_status status = ipc(SYS_WAIT, process_wakeup(), &m);
	signals_wait_end();
	return status;
}

static long suspend(u64 mask)
{
	struct process_control *c = signals_control();
	u64 before = c->mask;
	bool restarts;

	c->mask = mask & ~PROCESS_SURE;
	do
		wait_until(0);
	while (!signals_due() || !signals_run(NULL, &restarts));
	c->mask = before;
	return CALL_INTERRUPTED;
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

struct timespec {
	i64 seconds, nanoseconds;
};

static u64 tick_after(const struct timespec *t)
{
	u64 rate = process_page->ticks_per_second;
	u64 seconds = MIN((u64)t->seconds, 1ul << 30);

	return tsc_read() + seconds * rate +
	       (u64)((unsigned __int128)t->nanoseconds * rate / BILLION);
}

long call_rt_sigtimedwait(const long a[6])
{
	struct process_control *c = signals_control();
	const struct timespec *limit = (const struct timespec *)a[2];
	u64 set = *(const u64 *)a[0] & ~PROCESS_SURE;
	struct signal_info info;
	u32 signal;

	if (limit &&
	    (limit->seconds < 0 || limit->nanoseconds < 0 || limit->nanoseconds >= BILLION))
		return -EINVAL;
	u64 tick = limit ? tick_after(limit) : 0;
	while (!(signal = signals_take(set, &info))) {
		if (signals_due())
			return -EINTR;
		c->awaited = set;
		enum microk_status status = wait_until(tick);
		c->awaited = 0;
		if (status == ERR_DEADLINE && !(signal = signals_take(set, &info)))
			return -EAGAIN;
		if (signal)
			break;
	}
	if (a[1])
		*(struct signal_info *)a[1] = info;
	return signal;
}

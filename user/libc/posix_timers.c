/* Timers (POSIX, timer_create): proc keeps them, and musl's own thread calls the functions of SIGEV_THREAD. */
#include "gen/protocols/process_client.h"
#include "lib/microk/lock.h"
#include "lib/microk/util.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/posix_timers.h"
#include "user/libc/self.h"
#include "user/libc/threads.h"
#include "user/libc/time.h"

#define CLOCK_MOST 7
#define ABSOLUTE 1

struct event { /* struct ksigevent of musl's timer_create.c */
	u64 value;
	int signal, notify, thread;
};
enum { BY_SIGNAL, BY_NOTHING, BY_FUNCTION, BY_THREAD = 4 };

static struct timer {
	bool used;
	long clock;
	u32 signal, thread; /* thread: its place + 1; 0: the process */
	u64 value;
} timers[PROCESS_TIMERS]; /* the first is the alarm */
static struct lock lock;

void posix_timers_forked(void)
{
	lock = (struct lock){0};
	for (u32 i = 0; i < PROCESS_TIMERS; i++)
		timers[i].used = false;
}

static bool is_clock(long clock)
{
	return clock >= 0 && clock <= CLOCK_MOST && clock != 2 && clock != 3;
}

static long take(const struct timer *content)
{
	long index = -EAGAIN;

	lock_take(&lock);
	for (u32 i = 1; i < PROCESS_TIMERS && index < 0; i++)
		if (!timers[i].used) {
			timers[i] = *content;
			index = i;
		}
	lock_give(&lock);
	return index;
}

/* NULL: SIGALRM, with the timer's number. BY_NOTHING has signal 0: it does not run in proc. */
long call_timer_create(const long a[6])
{
	const struct event *e = (const struct event *)a[1];
	struct timer t = {.used = true, .clock = a[0], .signal = PROCESS_SIGALRM};

	if (!is_clock(a[0]))
		return -EINVAL;
	if (e) {
		if (e->notify != BY_SIGNAL && e->notify != BY_NOTHING && e->notify != BY_THREAD)
			return -EINVAL;
		t.signal = e->notify == BY_NOTHING ? 0 : (u32)e->signal;
		t.value = e->value;
		if (e->notify != BY_NOTHING && (e->signal <= 0 || e->signal >= SIGNALS))
			return -EINVAL;
		long place = e->notify == BY_THREAD ? thread_place(e->thread) : -1;
		if (e->notify == BY_THREAD && place < 0)
			return -EINVAL;
		t.thread = (u32)(place + 1);
	}
	long index = take(&t);
	if (index < 0)
		return index;
	if (!e)
		timers[index].value = (u64)index;
	*(int *)a[2] = (int)index;
	return 0;
}

static struct timer *find(long index)
{
	return index > 0 && index < (long)PROCESS_TIMERS && timers[index].used
		       ? &timers[index]
		       : NULL;
}

struct setting {
	struct timespec interval, value;
};

static void show(u64 at, u64 every, struct setting *to)
{
	u64 now = tsc_read();

	*to = (struct setting){
		.interval = time_of(every),
		.value = time_of(!at        ? 0
				 : at > now ? at - now
					    : 1)};
}

static long set(long index, u64 at, u64 every, struct setting *before)
{
	const struct timer *t = &timers[index];
	struct process_timer_result was;
	enum microk_status status = process_timer(
		process_slot(),
		&(struct process_timer_args){
			.index = (u32)index,
			.signal = t->signal ? t->signal : PROCESS_SIGNALS_MAX,
			.thread = t->thread,
			.at = t->signal ? at : 0,
			.every = every,
			.value = t->value},
		&was);

	if (status == OK && before)
		show(was.before_at, was.before_every, before);
	return error_of(status);
}

long call_timer_settime(const long a[6])
{
	const struct timer *t = find(a[0]);
	const struct setting *next = (const struct setting *)a[2];

	if (!t || !next || !time_is_valid(&next->value) || !time_is_valid(&next->interval))
		return -EINVAL;
	bool runs = next->value.seconds || next->value.nanoseconds;
	u64 at = !runs             ? 0
		 : a[1] & ABSOLUTE ? tick_at(t->clock, &next->value)
				   : tick_after(&next->value);
	return set(a[0], at, ticks_of(&next->interval), (struct setting *)a[3]);
}

static long state_of(long index, struct process_timer_state_result *now)
{
	if (!find(index))
		return -EINVAL;
	return error_of(process_timer_state(process_slot(), (u32)index, now));
}

long call_timer_gettime(const long a[6])
{
	struct process_timer_state_result now;
	long failed = state_of(a[0], &now);

	if (!failed)
		show(now.at, now.every, (struct setting *)a[1]);
	return failed;
}

long call_timer_getoverrun(const long a[6])
{
	struct process_timer_state_result now;
	long failed = state_of(a[0], &now);

	return failed ? failed : (long)now.overruns;
}

long call_timer_delete(const long a[6])
{
	if (!find(a[0]))
		return -EINVAL;
	long failed = set(a[0], 0, 0, NULL);
	timers[a[0]].used = false;
	return failed;
}

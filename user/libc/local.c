/* eventfd and timerfd. */
#include "user/libc/descriptors.h"
#include "lib/microk/util.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/futex.h"
#include "user/libc/pollers.h"
#include "user/libc/self.h"
#include "user/libc/time.h"

#define EFD_SEMAPHORE 1u
#define COUNT_MOST 0xfffffffffffffffeul

static const struct local_file event_file, timer_file;

/* ---- Their changes ---- */

/* With the file's lock. */
static void changed(struct open_file *f)
{
	__atomic_fetch_add(&f->changes, 1, __ATOMIC_SEQ_CST);
}

static void wake_all(struct open_file *f)
{
	futex_wake((const int *)&f->changes, PROCESS_THREADS);
	pollers_wake();
}

/* ---- eventfd(2) ---- */

long call_eventfd2(const long a[6])
{
	u32 flags = (u32)a[1];

	if (flags & ~(EFD_SEMAPHORE | O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	return descriptor_make_local(&(struct open_file){
		.local = &event_file,
		.kind = KIND_LOCAL,
		.flags = O_RDWR | flags,
		.count = (u32)a[0]});
}

long call_eventfd(const long a[6])
{
	return call_eventfd2((const long[6]){a[0]});
}

static bool event_take(struct open_file *f, u64 *value)
{
	lock_take(&f->lock);
	bool there = f->count != 0;
	*value = f->flags & EFD_SEMAPHORE ? there : f->count;
	f->count -= *value;
	f->went += there;
	if (there)
		changed(f);
	lock_give(&f->lock);
	return there;
}

static bool event_add(struct open_file *f, u64 value)
{
	lock_take(&f->lock);
	bool fits = f->count <= COUNT_MOST - value;
	if (fits) {
		f->count += value;
		f->came++;
		changed(f);
	}
	lock_give(&f->lock);
	return fits;
}

/* ---- timerfd_create(2) ---- */

#define CLOCK_MOST 7
#define ABSOLUTE 1

struct timer_setting {
	struct timespec interval, value;
};

long call_timerfd_create(const long a[6])
{
	u32 flags = (u32)a[1];

	if (a[0] < 0 || a[0] > CLOCK_MOST || flags & ~(O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	return descriptor_make_local(&(struct open_file){
		.local = &timer_file,
		.kind = KIND_LOCAL,
		.flags = O_RDWR | flags,
		.count = (u64)a[0]});
}

/* With the file's lock: the expiries since the last look, of which a timer that repeats has had its next. */
static u64 timer_take(struct open_file *f)
{
	u64 now = tsc_read(), times = 1;

	if (!f->tick || now < f->tick)
		return 0;
	f->came++; /* the next expiry is another */
	if (f->interval) {
		times += (now - f->tick) / f->interval;
		f->tick += times * f->interval;
	} else {
		f->tick = 0;
	}
	return times;
}

static struct timer_setting timer_now(const struct open_file *f)
{
	u64 now = tsc_read();
	u64 left = !f->tick ? 0 : f->tick > now ? f->tick - now : 1;

	return (struct timer_setting){.interval = time_of(f->interval), .value = time_of(left)};
}

static long timer_set(struct open_file *f, bool absolute, const struct timer_setting *next,
		      struct timer_setting *before)
{
	if (!time_is_valid(&next->value) || !time_is_valid(&next->interval))
		return -EINVAL;
	lock_take(&f->lock);
	if (before)
		*before = timer_now(f);
	bool set = next->value.seconds || next->value.nanoseconds;
	f->tick = !set       ? 0
		  : absolute ? tick_at((long)f->count, &next->value)
			     : tick_after(&next->value);
	f->interval = ticks_of(&next->interval);
	changed(f);
	lock_give(&f->lock);
	wake_all(f);
	return 0;
}

long call_timerfd_settime(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);
	long result = -EINVAL;

	if (!f)
		return -EBADF;
	if (f->local == &timer_file && !(a[1] & ~ABSOLUTE))
		result = timer_set(
			f, a[1], (const struct timer_setting *)a[2], (struct timer_setting *)a[3]);
	descriptor_let_go(f);
	return result;
}

long call_timerfd_gettime(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);
	bool timer = f && f->local == &timer_file;

	if (!f)
		return -EBADF;
	if (timer)
		*(struct timer_setting *)a[1] = timer_now(f);
	descriptor_let_go(f);
	return timer ? 0 : -EINVAL;
}

/* ---- All of them ---- */

/* False: nothing yet. *tick: when there is. */
static bool take(struct open_file *f, u64 *value, u64 *tick)
{
	*tick = 0;
	if (f->local == &event_file)
		return event_take(f, value);
	lock_take(&f->lock);
	*value = timer_take(f);
	*tick = f->tick;
	lock_give(&f->lock);
	return *value;
}

/* Waits for a change after that one. */
static long await(struct open_file *f, u32 seen, u64 tick)
{
	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	long failed = futex_wait((const int *)&f->changes, (int)seen, tick);
	return failed == -EINTR ? failed : 0;
}

static long local_read(struct open_file *f, void *to, u64 bytes)
{
	u64 tick, *value = to;
	long failed = 0;

	if (bytes < sizeof(*value))
		return -EINVAL;
	for (;;) {
		u32 seen = __atomic_load_n(&f->changes, __ATOMIC_SEQ_CST);

		if (take(f, value, &tick))
			break;
		if ((failed = await(f, seen, tick)))
			return failed;
	}
	wake_all(f);
	return sizeof(*value);
}

static long local_write(struct open_file *f, const void *from, u64 bytes)
{
	u64 value = bytes >= sizeof(value) ? *(const u64 *)from : 0;
	long failed;

	if (f->local != &event_file || bytes < sizeof(value) || value > COUNT_MOST)
		return -EINVAL;
	for (;;) {
		u32 seen = __atomic_load_n(&f->changes, __ATOMIC_SEQ_CST);

		if (event_add(f, value))
			break;
		if ((failed = await(f, seen, 0)))
			return failed;
	}
	wake_all(f);
	return sizeof(value);
}

static u32 local_events(struct open_file *f, u64 *tick)
{
	u32 events = 0;

	lock_take(&f->lock);
	if (f->local == &event_file)
		events = (f->count ? EVENT_READABLE : 0) |
			 (f->count < COUNT_MOST ? EVENT_WRITABLE : 0);
	if (f->local == &timer_file && f->tick && tsc_read() >= f->tick)
		events = EVENT_READABLE;
	else if (f->local == &timer_file && f->tick && (!*tick || f->tick < *tick))
		*tick = f->tick;
	lock_give(&f->lock);
	return events;
}

static const struct local_file event_file = {
	.read = local_read, .write = local_write, .events = local_events};
static const struct local_file timer_file = {
	.read = local_read, .write = local_write, .events = local_events};

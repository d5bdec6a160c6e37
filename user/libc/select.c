/* poll and select. */
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/poll.h"
#include "user/libc/pollers.h"
#include "user/libc/self.h"
#include "user/libc/time.h"

struct pollfd {
	int fd;
	u16 events, returned;
};

/* One look at all: how many are ready. *tick: the earliest at which that changes by itself. */
static long look(struct open_file **files, struct pollfd *fds, u64 count, u64 *tick)
{
	long ready = 0;

	for (u64 i = 0; i < count; i++) {
		if (files[i])
			fds[i].returned = (u16)(poll_look(files[i], tick).events &
						(fds[i].events | POLL_ALWAYS));
		ready += fds[i].returned != 0;
	}
	return ready;
}

/* tick: 1 of the past for no wait; 0 for a wait without end. */
static long poll_until(struct open_file **files, struct pollfd *fds, u64 count, u64 tick)
{
	u32 places = 0;
	long ready, ended = 0;

	pollers_enter();
	for (;;) {
		u64 next = tick;
		ready = look(files, fds, count, &next);
		if (ready || ended || (tick && tsc_read() >= tick))
			break;
		for (u64 i = 0; i < count; i++)
			if (files[i])
				poll_watch(files[i], fds[i].events, &places);
		ended = poll_sleep(next, &places);
		if (ended == -ETIMEDOUT)
			ended = 0;
	}
	pollers_leave();
	pollers_wake_some(places);
	return ready ? ready : ended;
}

static long poll_fds(struct pollfd *fds, u64 count, u64 tick)
{
	struct open_file *files[DESCRIPTORS];

	if (count > DESCRIPTORS)
		return -EINVAL;
	for (u64 i = 0; i < count; i++) {
		files[i] = descriptor_hold(fds[i].fd);
		fds[i].returned = fds[i].fd >= 0 && !files[i] ? POLLNVAL : 0;
	}
	long ready = poll_until(files, fds, count, tick);
	for (u64 i = 0; i < count; i++)
		if (files[i])
			descriptor_let_go(files[i]);
	return ready;
}

/* Runs with another mask of signals, as the calls with a p have it. */
static long with_mask(const u64 *mask, long (*run)(void *context), void *context)
{
	if (!mask)
		return run(context);
	u64 before = signals_mask(*mask);
	return signals_unmask(before, run(context));
}

/* False: the time is not valid. *tick: as poll_until has it. */
static bool tick_of(const struct timespec *t, u64 *tick)
{
	*tick = 0;
	if (t && !time_is_valid(t))
		return false;
	if (t)
		*tick = t->seconds || t->nanoseconds ? tick_after(t) : 1;
	return true;
}

struct polling {
	struct pollfd *fds;
	u64 count, tick;
};

static long run_poll(void *context)
{
	struct polling *p = context;

	return poll_fds(p->fds, p->count, p->tick);
}

long call_poll(const long a[6])
{
	int milliseconds = (int)a[2];
	struct timespec t = {milliseconds / 1000, (i64)(milliseconds % 1000) * 1000000};
	struct polling p = {(struct pollfd *)a[0], (u64)a[1], 0};

	tick_of(milliseconds < 0 ? NULL : &t, &p.tick);
	return run_poll(&p);
}

long call_ppoll(const long a[6])
{
	struct polling p = {(struct pollfd *)a[0], (u64)a[1], 0};

	if (!tick_of((const struct timespec *)a[2], &p.tick))
		return -EINVAL;
	return with_mask((const u64 *)a[3], run_poll, &p);
}

/* ---- select ---- */

#define SETS_MOST 1024 /* POSIX's FD_SETSIZE here */
#define WORDS(fds) (((fds) + 63) / 64)

struct selecting {
	long fds;
	u64 *sets[3]; /* to read, to write, exceptions; NULL: none */
	u64 tick;
};
static const u16 asked[3] = {POLLIN, POLLOUT, 0};
static const u16 counts[3] = {
	POLLIN | POLLHUP | POLLERR | POLLNVAL, POLLOUT | POLLERR | POLLNVAL, 0};

static bool has(const u64 *set, long fd)
{
	return set && set[fd / 64] >> (fd % 64) & 1;
}

/* The sets as poll has them: how many, or -EBADF. */
static long gather(const struct selecting *s, struct pollfd *fds)
{
	long count = 0;

	for (long fd = 0; fd < s->fds; fd++) {
		struct pollfd p = {.fd = (int)fd};

		bool named = false;
		for (u32 i = 0; i < 3; i++) {
			named |= has(s->sets[i], fd);
			p.events |= has(s->sets[i], fd) ? asked[i] : 0;
		}
		if (!named)
			continue;
		struct open_file *f = descriptor_hold(fd);
		if (!f)
			return -EBADF;
		descriptor_let_go(f);
		fds[count++] = p;
	}
	return count;
}

static long run_select(void *context)
{
	struct selecting *s = context;
	struct pollfd fds[DESCRIPTORS];
	long count = gather(s, fds), total = 0;

	if (count < 0)
		return count;
	long ready = poll_fds(fds, (u64)count, s->tick);
	if (ready < 0)
		return ready;
	for (u32 i = 0; i < 3; i++) {
		u64 wanted[SETS_MOST / 64] = {0};

		if (!s->sets[i])
			continue;
		memcpy(wanted, s->sets[i], WORDS((u64)s->fds) * sizeof(u64));
		memset(s->sets[i], 0, WORDS((u64)s->fds) * sizeof(u64));
		for (long k = 0; k < count; k++) {
			if (!has(wanted, fds[k].fd) || !(fds[k].returned & counts[i]))
				continue;
			s->sets[i][fds[k].fd / 64] |= 1ul << fds[k].fd % 64;
			total++;
		}
	}
	return total;
}

long call_select(const long a[6])
{
	const struct timespec *limit = (const struct timespec *)a[4]; /* microseconds */
	struct timespec t = limit ? (struct timespec){limit->seconds, limit->nanoseconds * 1000}
				  : (struct timespec){0};
	struct selecting s = {a[0], {(u64 *)a[1], (u64 *)a[2], (u64 *)a[3]}, 0};

	if (a[0] < 0 || a[0] > SETS_MOST || !tick_of(limit ? &t : NULL, &s.tick))
		return -EINVAL;
	return run_select(&s);
}

long call_pselect6(const long a[6])
{
	struct selecting s = {a[0], {(u64 *)a[1], (u64 *)a[2], (u64 *)a[3]}, 0};
	const u64 *const *mask = (const u64 *const *)a[5];

	if (a[0] < 0 || a[0] > SETS_MOST || !tick_of((const struct timespec *)a[4], &s.tick))
		return -EINVAL;
	return with_mask(mask ? *mask : NULL, run_select, &s);
}

/*
 * epoll(7): a list of files in the process's memory, at which a wait looks one after the other, as poll does. It goes on after the
 * file that it returned last, so that none is passed over. Weighed: Linux keeps a list of those that are ready, which each file's
 * wake-up fills; with at most as many files as a process has descriptors, looking costs less than a record for each signal.
 */
#include "gen/protocols/process_client.h"
#include "lib/microk/util.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/poll.h"
#include "user/libc/pollers.h"
#include "user/libc/self.h"
#include "user/libc/time.h"

#define EDGE (1u << 31)
#define ONE_SHOT (1u << 30)
#define READ_HANGUP 0x2000u
#define KNOWN                                                                                      \
	(EDGE | ONE_SHOT | 1u << 29 | READ_HANGUP |                                                \
	 0x7ffu) /* EPOLLWAKEUP has no effect, as without its right in Linux */
enum { ADD = 1, REMOVE = 2, CHANGE = 3 };

struct epoll_event { /* as Linux packs it */
	u32 events;
	u64 data;
} __attribute__((packed));

struct entry {
	struct open_file *file; /* NULL: this record is free */
	u32 serial;
	int fd;
	u32 events;
	u32 last; /* events of the last look */
	u64 data;
	u64 came, went; /* likewise */
};

struct list {
	u32 next; /* where the next look begins */
	struct entry entries[DESCRIPTORS];
};
_Static_assert(sizeof(struct list) <= PAGE_SIZE, "one page");

static const struct local_file epoll_file;

/* The epoll of a descriptor, held; NULL: *failed. */
static struct open_file *find(long fd, long *failed)
{
	struct open_file *f = descriptor_hold(fd);

	*failed = f ? -EINVAL : -EBADF;
	if (!f || f->local == &epoll_file)
		return f;
	descriptor_let_go(f);
	return NULL;
}

long call_epoll_create1(const long a[6])
{
	if (a[0] & ~(long)O_CLOEXEC)
		return -EINVAL;
	long at = call_mmap((const long[6]){0, PAGE_SIZE, PROCESS_PROT_READ | PROCESS_PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1});
	if (at < 0)
		return at;
	long fd = descriptor_make_local(&(struct open_file){
		.local = &epoll_file,
		.kind = KIND_LOCAL,
		.flags = O_RDWR | (u32)a[0],
		.list = (void *)at});
	if (fd < 0)
		call_munmap((const long[6]){at, PAGE_SIZE});
	return fd;
}

long call_epoll_create(const long a[6])
{
	return a[0] > 0 ? call_epoll_create1((const long[6]){0}) : -EINVAL;
}

/* ---- The list, with the epoll's lock ---- */

/* Whether the file is still open, which is then held. One that is closed leaves the list. */
static bool hold(struct entry *e)
{
	if (e->file && !descriptor_hold_file(e->file, e->serial))
		e->file = NULL;
	return e->file;
}

static struct entry *entry_of(struct list *l, const struct open_file *f, int fd)
{
	for (u32 i = 0; i < DESCRIPTORS; i++)
		if (l->entries[i].file == f && l->entries[i].serial == f->serial &&
		    l->entries[i].fd == fd)
			return &l->entries[i];
	return NULL;
}

static struct entry *free_entry(struct list *l)
{
	for (u32 i = 0; i < DESCRIPTORS; i++) {
		if (!hold(&l->entries[i]))
			return &l->entries[i];
		descriptor_let_go(l->entries[i].file);
	}
	return NULL;
}

static long control(struct list *l, struct open_file *f, const long a[6])
{
	struct entry *e = entry_of(l, f, (int)a[2]);
	const struct epoll_event *event = (const struct epoll_event *)a[3];

	if (a[1] == REMOVE && e)
		e->file = NULL;
	if (a[1] == REMOVE || (a[1] == CHANGE && !e))
		return e ? 0 : -ENOENT;
	if (a[1] != ADD && a[1] != CHANGE)
		return -EINVAL;
	if (event->events & ~KNOWN)
		return -EINVAL;
	if (a[1] == ADD && e)
		return -EEXIST;
	if (a[1] == ADD && !(e = free_entry(l)))
		return -ENOSPC;
	*e = (struct entry){f, f->serial, (int)a[2], event->events, 0, event->data, 0, 0};
	return 0;
}

long call_epoll_ctl(const long a[6])
{
	long result = -EBADF;
	struct open_file *epoll = find(a[0], &result), *f = descriptor_hold(a[2]);

	if (epoll && f) {
		/* A regular file is always ready, and an epoll in an epoll could be in a circle. */
		bool can = f->local != &epoll_file && f->kind != KIND_FILE &&
			   f->kind != KIND_DIRECTORY;
		lock_take(&epoll->lock);
		result = can ? control(epoll->list, f, a) : f->local ? -EINVAL : -EPERM;
		lock_give(&epoll->lock);
		pollers_wake(); /* a thread that waits for the epoll looks at the new list */
	} else if (epoll) {
		result = -EBADF;
	}
	if (f)
		descriptor_let_go(f);
	if (epoll)
		descriptor_let_go(epoll);
	return result;
}

/* ---- A look ---- */

/* The events to be returned of one file. */
static u32 look_at(struct entry *e, u64 *tick)
{
	struct readiness now = poll_look(e->file, tick);
	u32 wanted = e->events & 0x7ff, holds = now.events & (wanted | POLL_ALWAYS), due = holds;

	if (!(e->events & 0xffff)) /* ONE_SHOT has been returned */
		return 0;
	if (now.events & POLLHUP && e->events & READ_HANGUP)
		holds = due = holds | READ_HANGUP;
	if (e->events & EDGE)
		due = (holds & ~e->last) |
		      (now.came != e->came ? holds & (POLLIN | POLLRDNORM) : 0) |
		      (now.went != e->went ? holds & (POLLOUT | POLLWRNORM) : 0);
	e->last = holds;
	e->came = now.came;
	e->went = now.went;
	return due ? holds : 0;
}

static long look(struct list *l, struct epoll_event *to, long most, u64 *tick)
{
	u32 first = l->next;
	long count = 0;

	for (u32 n = 0; n < DESCRIPTORS && count < most; n++) {
		u32 i = (first + n) % DESCRIPTORS;
		struct entry *e = &l->entries[i];

		if (!hold(e))
			continue;
		u32 events = look_at(e, tick);
		descriptor_let_go(e->file);
		if (!events)
			continue;
		to[count++] = (struct epoll_event){events, e->data};
		l->next = (i + 1) % DESCRIPTORS;
		if (e->events & ONE_SHOT)
			e->events &= ~0xffffu;
	}
	return count;
}

static void watch(struct list *l, u32 *places)
{
	for (u32 i = 0; i < DESCRIPTORS; i++) {
		struct entry *e = &l->entries[i];

		if (!hold(e))
			continue;
		if (e->events & 0xffff)
			poll_watch(e->file, e->events & 0x7ff, places);
		descriptor_let_go(e->file);
	}
}

static long wait_until(struct open_file *epoll, struct epoll_event *to, long most, u64 tick)
{
	u32 places = 0;
	long count, ended = 0;

	pollers_enter();
	for (;;) {
		u64 next = tick;
		lock_take(&epoll->lock);
		count = look(epoll->list, to, most, &next);
		bool done = count || ended || (tick && tsc_read() >= tick);
		if (!done)
			watch(epoll->list, &places);
		lock_give(&epoll->lock);
		if (done)
			break;
		ended = poll_sleep(next, &places);
		if (ended == -ETIMEDOUT)
			ended = 0;
	}
	pollers_leave();
	pollers_wake_some(places);
	return count ? count : ended;
}

static long wait(const long a[6], const struct timespec *limit)
{
	long failed;
	u64 tick = !limit ? 0 : limit->seconds || limit->nanoseconds ? tick_after(limit) : 1;
	struct open_file *epoll = find(a[0], &failed);
	const u64 *mask = (const u64 *)a[4];

	if (!epoll)
		return failed;
	u64 before = mask ? signals_mask(*mask) : 0;
	long count = a[2] > 0 ? wait_until(epoll, (struct epoll_event *)a[1], a[2], tick) : -EINVAL;
	if (mask)
		count = signals_unmask(before, count);
	descriptor_let_go(epoll);
	return count;
}

long call_epoll_pwait(const long a[6])
{
	int milliseconds = (int)a[3];
	struct timespec t = {milliseconds / 1000, (i64)(milliseconds % 1000) * 1000000};

	return wait(a, milliseconds < 0 ? NULL : &t);
}

long call_epoll_wait(const long a[6])
{
	return call_epoll_pwait((const long[6]){a[0], a[1], a[2], a[3]});
}

/* ---- As an open file ---- */

static long no_bytes(struct open_file *f, void *to, u64 bytes)
{
	(void)f, (void)to, (void)bytes;
	return -EINVAL;
}

static long no_bytes_out(struct open_file *f, const void *from, u64 bytes)
{
	(void)f, (void)from, (void)bytes;
	return -EINVAL;
}

/* Readable if a wait would return. The edges of its files stay for that wait. */
static u32 events_of(struct open_file *f, u64 *tick)
{
	struct list *l = f->list;
	bool ready = false;

	lock_take(&f->lock);
	for (u32 i = 0; i < DESCRIPTORS && !ready; i++) {
		struct entry *e = &l->entries[i], copy = *e;

		if (!hold(e))
			continue;
		ready = look_at(&copy, tick);
		descriptor_let_go(e->file);
	}
	lock_give(&f->lock);
	return ready ? EVENT_READABLE : 0;
}

static void watch_all(struct open_file *f)
{
	u32 places = 0;

	lock_take(&f->lock);
	watch(f->list, &places);
	lock_give(&f->lock);
	pollers_wake_some(places);
}

static void end(void *list)
{
	call_munmap((const long[6]){(long)list, PAGE_SIZE});
}

static const struct local_file epoll_file = {
	.read = no_bytes,
	.write = no_bytes_out,
	.events = events_of,
	.watch = watch_all,
	.end = end};

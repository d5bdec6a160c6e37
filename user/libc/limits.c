/* The process's limits and use of the machine, and the machine itself. */
#include "gen/protocols/process_client.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/self.h"
#include "user/libc/time.h"

/* ---- Limits (getrlimit(2)) ---- */

enum {
	LIMIT_CPU,
	LIMIT_FILE,
	LIMIT_DATA,
	LIMIT_STACK,
	LIMIT_CORE,
	LIMIT_RSS,
	LIMIT_PROCESSES,
	LIMIT_FILES,
	LIMITS = 16
};

struct limit {
	u64 soft, hard;
};
#define NO_LIMIT (~0ul)

/* Those that there are; they can be read, and set to no other value: proc and the table of descriptors hold them. */
static struct limit limit_of(long which)
{
	switch (which) {
	case LIMIT_STACK: return (struct limit){PROCESS_STACK_BYTES, PROCESS_STACK_BYTES};
	case LIMIT_CORE: return (struct limit){0, 0};
	case LIMIT_FILES: return (struct limit){DESCRIPTORS, DESCRIPTORS};
	default: return (struct limit){NO_LIMIT, NO_LIMIT};
	}
}

long call_prlimit64(const long a[6])
{
	const struct limit *next = (const struct limit *)a[2];

	if (a[1] < 0 || a[1] >= LIMITS)
		return -EINVAL;
	if (a[0] && a[0] != (long)process_page->process)
		return -ESRCH;
	struct limit now = limit_of(a[1]);
	if (next && next->soft > next->hard)
		return -EINVAL;
	if (next && (next->soft != now.soft || next->hard != now.hard))
		return -EPERM;
	if (a[3])
		*(struct limit *)a[3] = now;
	return 0;
}

long call_getrlimit(const long a[6])
{
	return call_prlimit64((const long[6]){0, a[0], 0, a[1]});
}

long call_setrlimit(const long a[6])
{
	return call_prlimit64((const long[6]){0, a[0], a[1], 0});
}

/* ---- Use ---- */

long times_of(u32 place, u64 *ticks)
{
	struct process_times_result r;
	enum microk_status status = process_times(process_slot(), place, &r);

	*ticks = status == OK ? r.ticks : 0;
	return error_of(status);
}

struct rusage {                       /* getrusage(2), as musl has it for 64-bit machines */
	struct timespec user, system; /* microseconds */
	i64 rest[14];
};
#define OF_SELF 0
#define OF_CHILDREN (-1)
#define OF_THREAD 1

/* The kernel does not count its own time apart. */
long call_getrusage(const long a[6])
{
	struct rusage *to = (struct rusage *)a[1];
	u64 ticks = 0;
	long failed = 0;

	if (a[0] != OF_SELF && a[0] != OF_CHILDREN && a[0] != OF_THREAD)
		return -EINVAL;
	failed = times_of(
		a[0] == OF_CHILDREN ? PROCESS_TIMES_CHILDREN
		: a[0] == OF_SELF   ? PROCESS_TIMES_ALL
				    : own_place(own()),
		&ticks);
	memset(to, 0, sizeof(*to));
	to->user = time_of(ticks);
	to->user.nanoseconds /= 1000;
	return failed;
}

#define CLOCK_TICKS 100 /* of times(2), in a second */

static i64 clock_ticks(struct timespec t)
{
	return t.seconds * CLOCK_TICKS + t.nanoseconds / (i64)(BILLION / CLOCK_TICKS);
}

long call_times(const long a[6])
{
	i64 *to = (i64 *)a[0]; /* user, system, of children */
	u64 ticks, of_children, now = time_since_boot();

	long failed = times_of(PROCESS_TIMES_ALL, &ticks);
	if (!failed)
		failed = times_of(PROCESS_TIMES_CHILDREN, &of_children);
	if (failed)
		return failed;
	if (to) {
		memset(to, 0, 4 * sizeof(*to));
		to[0] = clock_ticks(time_of(ticks));
		to[2] = clock_ticks(time_of(of_children));
	}
	return (long)(now / (BILLION / CLOCK_TICKS));
}

/* ---- The machine ---- */

struct sysinfo {
	u64 uptime, loads[3], ram, free_ram, shared, buffers, swap, free_swap;
	u16 processes, pad;
	u64 high, free_high;
	u32 unit;
};

/* Memory: that which processes are made of. */
long call_sysinfo(const long a[6])
{
	struct sysinfo *to = (struct sysinfo *)a[0];
	struct process_pool_result pool;
	enum microk_status status = process_pool(process_slot(), &pool);

	if (status != OK)
		return error_of(status);
	*to = (struct sysinfo){
		.uptime = time_since_boot() / BILLION,
		.ram = pool.bytes,
		.free_ram = pool.free,
		.processes = (u16)pool.processes,
		.unit = 1};
	return 0;
}

/* There is one processor. */
long call_sched_getaffinity(const long a[6])
{
	if ((u64)a[1] < sizeof(u64))
		return -EINVAL;
	*(u64 *)a[2] = 1;
	return sizeof(u64);
}

long call_sched_setaffinity(const long a[6])
{
	return (u64)a[1] >= 1 && (*(const u8 *)a[2] & 1) ? 0 : -EINVAL;
}

long call_getcpu(const long a[6])
{
	if (a[0])
		*(u32 *)a[0] = 0;
	if (a[1])
		*(u32 *)a[1] = 0;
	return 0;
}

/* The bytes of /dev/urandom: there is no second source of random numbers. */
long call_getrandom(const long a[6])
{
	if (a[2] & ~7L)
		return -EINVAL;
	long fd = call_open((const long[6]){(long)"/dev/urandom", O_RDONLY | O_CLOEXEC});
	u64 done = 0;
	long got = fd < 0 ? fd : 1;

	while (got > 0 && done < (u64)a[1]) {
		got = call_read((const long[6]){fd, a[0] + (long)done, a[1] - (long)done});
		done += got > 0 ? (u64)got : 0;
	}
	if (fd >= 0)
		descriptor_close(fd);
	if (done)
		return (long)done;
	return got < 0 ? got == -ENOENT ? -ENOSYS : got : a[1] ? -EIO : 0;
}

/* ---- Users: there is one ---- */

long call_getgroups(const long a[6])
{
	return a[0] < 0 ? -EINVAL : 0;
}

static long three_zeroes(const long a[6])
{
	for (u32 i = 0; i < 3; i++)
		*(u32 *)a[i] = 0;
	return 0;
}

long call_getresuid(const long a[6])
{
	return three_zeroes(a);
}

long call_getresgid(const long a[6])
{
	return three_zeroes(a);
}

long call_setuid(const long a[6])
{
	return a[0] == 0 ? 0 : -EPERM;
}

long call_setgid(const long a[6])
{
	return a[0] == 0 ? 0 : -EPERM;
}

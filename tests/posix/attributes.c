/* Attributes of files, limits, and the machine, by POSIX's functions: prints each expectation that does not hold, and
 * their number. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "expect.h"

static void attributes(void)
{
	struct stat s;
	struct timespec times[2] = {{1000000000, 5}, {1100000000, 0}};
	int fd = open("changed", O_RDWR | O_CREAT | O_TRUNC, 0644);

	EXPECT(fd >= 3 && write(fd, "0123456789", 10) == 10);
	EXPECT(chmod("changed", 0640) == 0 && fstat(fd, &s) == 0 && (s.st_mode & 07777) == 0640);
	EXPECT(fchmod(fd, 0751) == 0 && stat("changed", &s) == 0 && (s.st_mode & 07777) == 0751);
	EXPECT(chown("changed", 7, (gid_t)-1) == 0 && stat("changed", &s) == 0 && s.st_uid == 7 &&
	       s.st_gid == 0);
	EXPECT(fchown(fd, (uid_t)-1, 9) == 0 && stat("changed", &s) == 0 && s.st_uid == 7 &&
	       s.st_gid == 9);
	EXPECT(utimensat(AT_FDCWD, "changed", times, 0) == 0 && stat("changed", &s) == 0 &&
	       s.st_atime == 1000000000 && s.st_mtime == 1100000000);
	times[0].tv_nsec = UTIME_OMIT;
	times[1] = (struct timespec){1200000000, 0};
	EXPECT(futimens(fd, times) == 0 && fstat(fd, &s) == 0 && s.st_atime == 1000000000 &&
	       s.st_mtime == 1200000000);
	times[1].tv_nsec = 2000000000;
	FAILS(futimens(fd, times), EINVAL);
	EXPECT(utimensat(AT_FDCWD, "changed", NULL, 0) == 0 && stat("changed", &s) == 0 &&
	       s.st_mtime != 1200000000);
	EXPECT(truncate("changed", 4) == 0 && fstat(fd, &s) == 0 && s.st_size == 4);
	FAILS(truncate("absent", 4), ENOENT);
	FAILS(chmod("absent", 0600), ENOENT);
	char one[2], two[3];
	struct iovec parts[2] = {{one, 2}, {two, 3}};
	EXPECT(preadv(fd, parts, 2, 1) == 3 && !memcmp(one, "12", 2) && two[0] == '3');
	EXPECT(pwritev(fd, parts, 1, 6) == 2 && fstat(fd, &s) == 0 && s.st_size == 8);
	struct statfs system, same;
	EXPECT(statfs("changed", &system) == 0 && system.f_bsize >= 1024 && system.f_blocks > 0 &&
	       system.f_bfree <= system.f_blocks);
	EXPECT(fstatfs(fd, &same) == 0 && same.f_type == system.f_type &&
	       same.f_blocks == system.f_blocks);
	EXPECT(close(fd) == 0 && unlink("changed") == 0);
}

static void memory(void)
{
	char *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	at[0] = 'a';
	at[8191] = 'b';
	at = mremap(at, 8192, 1 << 20, MREMAP_MAYMOVE);
	EXPECT(at != MAP_FAILED && at[0] == 'a' && at[8191] == 'b' && at[(1 << 20) - 1] == 0);
	EXPECT(mremap(at, 1 << 20, 4096, 0) == at && at[0] == 'a');
	EXPECT(msync(at, 4096, MS_SYNC) == 0 && mlock(at, 4096) == 0 && munlock(at, 4096) == 0);
	FAILS(msync(at + 1, 4096, MS_SYNC), EINVAL);
	EXPECT(munmap(at, 4096) == 0);
	/* musl's realloc of large memory. */
	char *p = malloc(200000);
	memset(p, 'x', 200000);
	p = realloc(p, 600000);
	EXPECT(p && p[0] == 'x' && p[199999] == 'x');
	free(p);
}

static void limits(void)
{
	struct rlimit r;

	EXPECT(getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur == 64 &&
	       sysconf(_SC_OPEN_MAX) == 64);
	EXPECT(setrlimit(RLIMIT_NOFILE, &r) == 0);
	r.rlim_cur = r.rlim_max = 1000;
	FAILS(setrlimit(RLIMIT_NOFILE, &r), EPERM);
	EXPECT(getrlimit(RLIMIT_STACK, &r) == 0 && r.rlim_cur == 512 * 1024);
	FAILS(getrlimit(99, &r), EINVAL);
}

static void machine(void)
{
	struct rusage use;
	struct sysinfo info;
	struct tms t;

	cpu_set_t set;
	struct timespec before, after;
	gid_t groups[4];
	unsigned char random[300] = {0}, zero[300] = {0};
	volatile int sink = 0;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	/* The kernel charges a thread's time when the scheduler runs, every ten milliseconds at least. */
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 3000000; i++)
			sink++;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
		if (after.tv_nsec != before.tv_nsec)
			break;
	}
	EXPECT(after.tv_sec > before.tv_sec || after.tv_nsec > before.tv_nsec);
	EXPECT(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before) == 0 && clock() != -1);
	EXPECT(getrusage(RUSAGE_SELF, &use) == 0 && use.ru_utime.tv_sec + use.ru_utime.tv_usec > 0);
	EXPECT(times(&t) > 0);
	EXPECT(sysinfo(&info) == 0 && info.totalram >= info.freeram && info.freeram > 0 &&
	       info.procs >= 1 && info.mem_unit == 1);
	EXPECT(sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) == 1);
	EXPECT(sysconf(_SC_NPROCESSORS_ONLN) == 1 && sched_getcpu() == 0);
	EXPECT(getgroups(4, groups) == 0 && setuid(0) == 0);
	FAILS(setuid(5), EPERM);
	EXPECT(getrandom(random, sizeof(random), 0) == sizeof(random) &&
	       memcmp(random, zero, sizeof(zero)));
	EXPECT(getentropy(random, 32) == 0);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	attributes();
	memory();
	limits();
	machine();
	return expect_end();
}

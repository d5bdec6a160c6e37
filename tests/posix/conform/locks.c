/* Locks of files: fcntl, lockf, and flock of BSD. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conform.h"

static int set(int fd, int command, short type, off_t start, off_t length)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};

	return fcntl(fd, command, &l);
}

/* In a child, by a descriptor of its own: 0 if it gets the lock, or errno. Its end gives the lock back. */
static int try(short type, off_t start, off_t length)
{
	int status;

	pid_t child = fork();

	if (child == 0) {
		int fd = open("f", O_RDWR);
		_exit(set(fd, F_SETLK, type, start, length) == 0 ? 0 : errno);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct flock seen;

static bool sees(int fd, short type, off_t start)
{
	int p[2];

	pid_t child;

	pipe(p);
	if ((child = fork()) == 0) {
		struct flock l = {
			.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};
		if (fcntl(fd, F_GETLK, &l) == 0)
			write(p[1], &l, sizeof(l));
		_exit(0);
	}
	close(p[1]);
	bool got = read(p[0], &seen, sizeof(seen)) == sizeof(seen);
	close(p[0]);
	waitpid(child, NULL, 0);
	return got;
}

static void ranges(int fd)
{
	HOLDS("fcntl", R, "0 of F_SETLK for a free range", set(fd, F_SETLK, F_WRLCK, 10, 10) == 0);
	HOLDS("fcntl", E, "EAGAIN or EACCES: F_SETLK of a range that another process has locked",
	      try(F_RDLCK, 15, 1) == EAGAIN);
	HOLDS("fcntl", D, "bytes beside the range are free",
	      !try(F_WRLCK, 0, 10) && !try(F_WRLCK, 20, 0));
	HOLDS("fcntl", D, "a child does not have its parent's locks",
	      try(F_WRLCK, 10, 1) == EAGAIN);
	HOLDS("fcntl", D, "F_GETLK: the lock, its range and its process",
	      sees(fd, F_WRLCK, 15) && seen.l_type == F_WRLCK && seen.l_start == 10 &&
		      seen.l_len == 10 && seen.l_pid == getpid());
	HOLDS("fcntl", D, "F_GETLK: F_UNLCK where there is none",
	      sees(fd, F_WRLCK, 9) && seen.l_type == F_UNLCK);
	HOLDS("fcntl", D, "the own locks keep the process from none",
	      set(fd, F_SETLK, F_RDLCK, 0, 100) == 0);
	HOLDS("fcntl", D, "several may have a lock to read",
	      !try(F_RDLCK, 15, 1) && try(F_WRLCK, 15, 1) == EAGAIN);
	HOLDS("fcntl", D, "unlocking the middle leaves both sides",
	      set(fd, F_SETLK, F_UNLCK, 40, 20) == 0 && !try(F_WRLCK, 40, 20) &&
		      try(F_WRLCK, 39, 1) == EAGAIN && try(F_WRLCK, 60, 1) == EAGAIN);
	HOLDS("fcntl", D, "a length of 0 is to the end of all files",
	      set(fd, F_SETLK, F_WRLCK, 200, 0) == 0 && try(F_WRLCK, 1000000, 1) == EAGAIN);
	HOLDS("fcntl", D, "a negative length is before the start",
	      set(fd, F_SETLK, F_UNLCK, 0, 0) == 0 && set(fd, F_SETLK, F_WRLCK, 50, -10) == 0 &&
		      try(F_WRLCK, 40, 1) == EAGAIN && !try(F_WRLCK, 50, 1));
	int other = open("f", O_RDONLY);
	FAILS("fcntl", EBADF, "F_WRLCK, and fd is open to be read alone",
	      set(other, F_SETLK, F_WRLCK, 0, 1));
	close(other);
	HOLDS("close", D, "of any descriptor of the file: the process's locks are gone",
	      !try(F_WRLCK, 40, 1));
	FAILS("fcntl", EINVAL, "no such lock", set(fd, F_SETLK, 77, 0, 1));
	FAILS("fcntl", EINVAL, "a range before the file", set(fd, F_SETLK, F_WRLCK, -5, 1));
	HOLDS("lockf", D, "F_LOCK from the offset on",
	      lseek(fd, 5, SEEK_SET) == 5 && lockf(fd, F_LOCK, 5) == 0 &&
		      try(F_RDLCK, 9, 1) == EAGAIN && !try(F_RDLCK, 4, 1));
	HOLDS("lockf", D, "F_ULOCK", lockf(fd, F_ULOCK, 5) == 0 && !try(F_WRLCK, 5, 5));
}

static void note(int signal)
{
	(void)signal;
}

static void waits(int fd)
{
	int p[2], status;
	char byte;

	pipe(p);
	pid_t child = fork();
	if (child == 0) {
		set(fd, F_SETLK, F_WRLCK, 0, 0);
		write(p[1], "l", 1);
		usleep(20000);
		_exit(0);
	}
	read(p[0], &byte, 1);
	HOLDS("fcntl", D, "F_SETLKW waits until the range is free; the end of a process frees it",
	      set(fd, F_SETLKW, F_WRLCK, 0, 0) == 0);
	waitpid(child, &status, 0);
	child = fork();
	if (child == 0) {
		sigaction(SIGALRM, &(struct sigaction){.sa_handler = note}, NULL);
		ualarm(10000, 10000);
		_exit(set(fd, F_SETLKW, F_WRLCK, 0, 1) == -1 ? errno : 0);
	}
	waitpid(child, &status, 0);
	HOLDS("fcntl", E, "EINTR: a signal ends F_SETLKW",
	      WIFEXITED(status) && WEXITSTATUS(status) == EINTR);
	child = fork();
	if (child == 0)
		_exit(set(fd, F_SETLKW, F_WRLCK, 0, 1));
	usleep(5000);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	set(fd, F_SETLK, F_UNLCK, 0, 0);
	HOLDS("fcntl", D, "a process that ends while it waits gets no lock", !try(F_WRLCK, 0, 1));
	close(p[0]);
	close(p[1]);
}

static void whole(int fd)
{
	int other = open("f", O_RDWR), third = dup(fd);

	HOLDS("flock", D, "LOCK_EX of one description keeps another away",
	      flock(fd, LOCK_EX) == 0 && flock(other, LOCK_SH | LOCK_NB) == -1 &&
		      errno == EWOULDBLOCK);
	HOLDS("flock", D, "a duplicate is the same description",
	      flock(third, LOCK_EX | LOCK_NB) == 0);
	close(third);
	HOLDS("flock", D, "LOCK_SH by several",
	      flock(fd, LOCK_SH) == 0 && flock(other, LOCK_SH | LOCK_NB) == 0);
	HOLDS("flock", D, "LOCK_UN",
	      flock(fd, LOCK_UN) == 0 && flock(other, LOCK_EX | LOCK_NB) == 0);
	HOLDS("flock", D, "fcntl's locks are others", set(fd, F_SETLK, F_WRLCK, 0, 0) == 0);
	close(other);
	HOLDS("flock", D, "the last close unlocks", flock(fd, LOCK_EX | LOCK_NB) == 0);
	FAILS("flock", EINVAL, "no such way", flock(fd, 77));
	FAILS("flock", EBADF, "fd is not open", flock(61, LOCK_SH));
}

void conform_locks(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	ranges(fd);
	waits(fd);
	whole(fd);
	close(fd);
	unlink("f");
}

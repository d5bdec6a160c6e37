/* fork, exec, groups, sessions, stops: each process has the memory that it must have, whatever its relatives do. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "expect.h"

#define PAGE 4096
#define PAGES 48

extern char **environ;

static int status_of(pid_t child)
{
	int status = -1;

	while (waitpid(child, &status, 0) != child)
		if (errno != EINTR)
			return -1;
	return status;
}

static int exits(pid_t child, int code)
{
	int status = status_of(child);

	if (status != code << 8)
		printf("  its status is %#x\n", (unsigned)status);
	return status == code << 8;
}

/* ---- Memory ---- */

static char *map(int pages)
{
	char *at = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static void fill(char *at, int pages, int with)
{
	for (int i = 0; i < pages; i++)
		memset(at + i * PAGE, with + i, PAGE);
}

/* The number of pages that are not as `fill` leaves them. */
static int wrong(const char *at, int pages, int with)
{
	int count = 0;

	for (int i = 0; i < pages; i++)
		count += at[i * PAGE] != (char)(with + i) ||
			 at[i * PAGE + PAGE - 1] != (char)(with + i);
	return count;
}

static void two(void)
{
	char *at = map(PAGES);
	static int data = 1;
	int local = 2;
	int self = getpid();

	fill(at, PAGES, 3);
	pid_t child = fork();
	if (!child) {
		int bad = wrong(at, PAGES, 3) || data != 1 || local != 2 || getppid() != self ||
			  getpid() == self;
		fill(at, PAGES, 90);
		data = 10, local = 20;
		_exit(bad || wrong(at, PAGES, 90) ? 1 : 21);
	}
	EXPECT(child > 0 && exits(child, 21) && wrong(at, PAGES, 3) == 0 && data == 1 &&
	       local == 2);
	child = fork();
	if (!child) {
		usleep(10000); /* the parent writes first */
		_exit(wrong(at, PAGES, 3) ? 1 : 22);
	}
	fill(at, PAGES, 50);
	EXPECT(exits(child, 22) && wrong(at, PAGES, 50) == 0);
	munmap(at, PAGES * PAGE);
}

/* A child of a child of a child; each writes a part, and each sees all that came before, and nothing else. */
static int chain(char *at, int depth)
{
	if (wrong(at, depth * 8, 10) || wrong(at + depth * 8 * PAGE, PAGES - depth * 8, 100))
		return 1;
	if (depth == 5)
		return 30;
	pid_t child = fork();
	if (!child) {
		for (int i = depth * 8; i < depth * 8 + 8; i++)
			memset(at + i * PAGE, 10 + i, PAGE);
		/* the rest keeps the pattern that begins at its own first page */
		for (int i = depth * 8 + 8; i < PAGES; i++)
			memset(at + i * PAGE, 100 + i - (depth * 8 + 8), PAGE);
		_exit(chain(at, depth + 1));
	}
	int code = status_of(child) >> 8;
	if (wrong(at, depth * 8, 10) || wrong(at + depth * 8 * PAGE, PAGES - depth * 8, 100))
		return 2;
	return code;
}

static void deep(void)
{
	char *at = map(PAGES);

	fill(at, PAGES, 100);
	EXPECT(chain(at, 0) == 30);
	munmap(at, PAGES * PAGE);
}

/* The owner of the pages ends, unmaps and protects; the others keep theirs. */
static void owners(void)
{
	char *at = map(PAGES), got = 0;
	struct stat s;

	fill(at, PAGES, 7);
	pid_t child = fork();
	if (!child) {
		char *own = map(PAGES);
		fill(own, PAGES, 60);
		if (!fork()) {
			for (int i = 0; i < 500 && getppid() != 1; i++)
				usleep(1000);
			int bad = wrong(at, PAGES, 7) + wrong(own, PAGES, 60) + (getppid() != 1);
			fill(own, PAGES, 61);
			bad += wrong(own, PAGES, 61);
			int fd = open("heir", O_CREAT | O_WRONLY, 0644);
			_exit(write(fd, bad ? "?" : "1", 1) != 1);
		}
		_exit(0);
	}
	EXPECT(exits(child, 0));
	for (int i = 0; i < 1000 && (stat("heir", &s) || !s.st_size); i++)
		usleep(1000);
	int fd = open("heir", O_RDONLY);
	EXPECT(read(fd, &got, 1) == 1 && got == '1');
	close(fd);
	unlink("heir");
	child = fork();
	if (!child) {
		usleep(10000);
		_exit(wrong(at, PAGES, 7) ? 1 : 23);
	}
	EXPECT(munmap(at, 8 * PAGE) == 0 && mprotect(at + 8 * PAGE, 8 * PAGE, PROT_READ) == 0 &&
	       mprotect(at + 8 * PAGE, 8 * PAGE, PROT_READ | PROT_WRITE) == 0);
	fill(at + 8 * PAGE, PAGES - 8, 1);
	EXPECT(exits(child, 23) && wrong(at + 8 * PAGE, PAGES - 8, 1) == 0);
	child = fork();
	if (!child) {
		int bad = munmap(at + 20 * PAGE, 4 * PAGE) ||
			  mprotect(at + 30 * PAGE, 2 * PAGE, PROT_NONE) ||
			  mprotect(at + 30 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE) ||
			  wrong(at + 8 * PAGE, 12, 1);
		at[30 * PAGE] = 5;
		_exit(bad || at[31 * PAGE] != 24 ? 1 : 24);
	}
	EXPECT(exits(child, 24) && wrong(at + 8 * PAGE, PAGES - 8, 1) == 0);
	munmap(at + 8 * PAGE, (PAGES - 8) * PAGE);
}

static void again(void)
{
	char *at = map(PAGES);

	for (int i = 0; i < 20; i++) {
		fill(at, PAGES, i);
		pid_t child = fork();
		if (!child) {
			at[i * PAGE] = 99;
			_exit(wrong(at, PAGES, i) == 1 ? i : 200);
		}
		at[(i + 1) * PAGE] = 98;
		EXPECT(exits(child, i) && wrong(at, PAGES, i) == 1);
	}
	munmap(at, PAGES * PAGE);
}

/* ---- Files ---- */

static void files(void)
{
	char got[8] = "";
	int fd = open("forked", O_CREAT | O_RDWR | O_TRUNC, 0644);

	EXPECT(write(fd, "abcdef", 6) == 6 && lseek(fd, 0, SEEK_SET) == 0);
	pid_t child = fork();
	if (!child)
		_exit(read(fd, got, 2) != 2 || close(fd) || chdir("/") ? 1 : 25);
	EXPECT(exits(child, 25) && read(fd, got, 2) == 2 && !strcmp(got, "cd") && close(fd) == 0);
	unlink("forked");
}

/* ---- exec ---- */

static pid_t forked_exec(const char *path, char *const words[])
{
	pid_t child = fork();

	if (!child) {
		execve(path, words, environ);
		_exit(100 + errno);
	}
	return child;
}

static void execs(void)
{
	int fd = open("script", O_CREAT | O_RDWR | O_TRUNC, 0755);
	static const char text[] = "#! /boot/bin/status  9 \nthis is not looked at\n";

	EXPECT(exits(forked_exec("/boot/bin/status", (char *[]){"status", "8", NULL}), 8));
	EXPECT(exits(forked_exec("/nothing", (char *[]){"x", NULL}), 100 + ENOENT));
	EXPECT(exits(forked_exec("/boot/system.conf", (char *[]){"x", NULL}), 100 + ENOEXEC));
	EXPECT(exits(forked_exec("/boot", (char *[]){"x", NULL}), 100 + EACCES));
	EXPECT(write(fd, text, sizeof(text) - 1) == sizeof(text) - 1 && close(fd) == 0);
	EXPECT(exits(forked_exec("script", (char *[]){"script", NULL}), 9));
	unlink("script");
	pid_t child = vfork();
	if (!child) {
		execl("/boot/bin/status", "status", "7", NULL);
		_exit(1);
	}
	EXPECT(exits(child, 7));
	static char large[40000];
	memset(large, 'x', sizeof(large) - 1);
	EXPECT(exits(
		forked_exec("/boot/bin/status", (char *[]){"status", large, NULL}), 100 + E2BIG));
}

/* The same process, with all that it keeps: this program again, with another argument. */
static int second_life(char **words)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (getpid() != atoi(words[2]) || getppid() != atoi(words[3]))
		return 1;
	if (!sigismember(&mask, SIGUSR1) || sigpending(&mask) || !sigismember(&mask, SIGUSR1))
		return 2;
	if (fcntl(9, F_GETFD) != 0 || fcntl(10, F_GETFD) != -1)
		return 3;
	return getpgrp() == getpid() && wait(NULL) > 0 ? 26 : 4;
}

static void same(void)
{
	pid_t parent = getpid(), child = fork();

	if (!child) {
		char own[16], its[16];
		sigset_t mask;

		snprintf(own, sizeof(own), "%d", getpid());
		snprintf(its, sizeof(its), "%d", parent);
		sigemptyset(&mask);
		sigaddset(&mask, SIGUSR1);
		sigprocmask(SIG_BLOCK, &mask, NULL);
		if (kill(getpid(), SIGUSR1) || setpgid(0, 0) || dup2(1, 9) != 9 ||
		    fcntl(1, F_DUPFD_CLOEXEC, 10) != 10)
			_exit(50);
		if (!fork())
			_exit(0);
		execl("/boot/bin/forks", "forks", "second", own, its, NULL);
		_exit(51);
	}
	EXPECT(exits(child, 26));
}

/* ---- Groups ---- */

static void groups(void)
{
	pid_t child = fork();

	if (!child)
		_exit(setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid() &&
				      setsid() == -1 && errno == EPERM
			      ? 27
			      : 1);
	EXPECT(exits(child, 27));
	child = fork();
	if (!child)
		for (;;)
			pause();
	EXPECT(setpgid(child, child) == 0 && getpgid(child) == child);
	EXPECT(tcgetpgrp(1) == getpgrp() && tcsetpgrp(1, child) == 0 && tcgetpgrp(1) == child &&
	       tcsetpgrp(1, getpgrp()) == 0);
	FAILS(tcsetpgrp(1, 99999), EPERM);
	FAILS(setpgid(child, 99999), EPERM);
	FAILS(setpgid(1, 0), ESRCH);
	EXPECT(killpg(child, SIGTERM) == 0 && status_of(child) == SIGTERM);
}

static volatile int continued;

static void on_continue(int signal)
{
	continued += signal == SIGCONT;
}

static void stops(void)
{
	int status, ran = 0, child = fork();

	if (!child) {
		signal(SIGCONT, on_continue);
		raise(SIGSTOP);
		raise(SIGTSTP);
		_exit(continued == 2 ? 28 : continued);
	}
	EXPECT(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) &&
	       WSTOPSIG(status) == SIGSTOP);
	EXPECT(waitpid(child, &status, WUNTRACED | WNOHANG) == 0);
	EXPECT(kill(child, SIGCONT) == 0 && waitpid(child, &status, WCONTINUED) == child &&
	       WIFCONTINUED(status));
	EXPECT(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) &&
	       WSTOPSIG(status) == SIGTSTP);
	EXPECT(kill(child, SIGCONT) == 0 && exits(child, 28));
	child = fork();
	if (!child)
		for (volatile int i = 0;; i++)
			;
	for (int i = 0; i < 20; i++) { /* at any instruction, and in any wait */
		kill(child, SIGSTOP);
		ran += waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status);
		kill(child, SIGCONT);
		usleep(300);
	}
	EXPECT(ran == 20);
	EXPECT(kill(child, SIGSTOP) == 0 && kill(child, SIGUSR1) == 0 &&
	       waitpid(child, &status, WNOHANG) == 0);
	EXPECT(kill(child, SIGKILL) == 0 && status_of(child) == SIGKILL);
}

/* ---- Bombs ---- */

/* As many children as there may be: then EAGAIN, and the process goes on. */
static void bomb(void)
{
	pid_t children[64];
	int count = 0;

	while (count < 64 && (children[count] = fork()) > 0)
		count++;
	if (count < 64 && children[count] == 0)
		for (;;)
			pause();
	int why = errno;
	EXPECT(count >= 4 && count < 32 && (why == EAGAIN || why == ENOMEM));
	for (int i = 0; i < count; i++)
		EXPECT(kill(children[i], SIGKILL) == 0 && status_of(children[i]) == SIGKILL);
	EXPECT(fork() || (_exit(0), 0));
	EXPECT(wait(NULL) > 0);
}

int main(int count, char **words)
{
	if (count > 3 && !strcmp(words[1], "second"))
		return second_life(words);
	two();
	deep();
	owners();
	again();
	files();
	execs();
	same();
	groups();
	stops();
	bomb();
	return expect_end();
}

/* Programs whose pages processes have in common, and files that cannot be written while they run: prints each expectation that does
 * not hold, and their number. It begins itself with a word, for what another process sees. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"

#define PAGE 4096
#define SELF "/boot/bin/running"
#define COPY "copy"

extern char **environ;
/* Each on pages of its own. */
static const char constant[3 * PAGE]
	__attribute__((aligned(PAGE))) = {1, [PAGE] = 2, [2 * PAGE] = 3};
static char data[2 * PAGE] __attribute__((aligned(PAGE))) = {4, [PAGE] = 5};

static int begin(const char *path, const char *word)
{
	char *words[] = {"running", (char *)word, NULL};
	int child = 0, error = posix_spawn(&child, path, NULL, NULL, words, environ);

	return error ? -error : child;
}

static int status_of(int child)
{
	int status = -1;

	if (child <= 0)
		return child;
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int copy(const char *from, const char *to, int flags)
{
	static char bytes[65536];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | flags, 0755);
	long got = 0;

	while (in >= 0 && out >= 0 && (got = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)got) != got)
			break;
	close(in);
	return close(out) == 0 && got == 0;
}

/* ---- Pages ---- */

static int look(void)
{
	return constant[0] + constant[PAGE] + constant[2 * PAGE] + data[0] + data[PAGE];
}

static void pages_in_common(void)
{
	char *middle = (char *)constant + PAGE;

	EXPECT(look() == 15 && status_of(begin(SELF, "look")) == 15);
	data[0] = 40;
	EXPECT(status_of(begin(SELF, "look")) == 15);
	EXPECT(mprotect(middle, PAGE, PROT_READ | PROT_WRITE) == 0);
	*(volatile char *)middle = 20;
	EXPECT(*(volatile char *)middle == 20 && *(volatile const char *)constant == 1);
	EXPECT(status_of(begin(SELF, "look")) == 15);
	EXPECT(mprotect(middle, PAGE, PROT_READ) == 0 && *(volatile char *)middle == 20);
	/* Taken out and back, in this process and in a child that got it without rights. */
	char *last = (char *)constant + 2 * PAGE;
	EXPECT(mprotect(last, PAGE, PROT_NONE) == 0);
	int child = fork();
	if (!child) {
		int failed = mprotect(last, PAGE, PROT_READ | PROT_WRITE);
		int was = *(volatile char *)last;
		*(volatile char *)last = 9;
		_exit(failed || was != 3 || *(volatile char *)last != 9 || data[0] != 40);
	}
	EXPECT(status_of(child) == 0);
	EXPECT(mprotect(last, PAGE, PROT_READ) == 0 && *(volatile char *)last == 3);
	EXPECT(munmap(last, PAGE) == 0 && status_of(begin(SELF, "look")) == 15);
}

/* ---- Files that run ---- */

static void kill_one(int child)
{
	int status;

	EXPECT(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child);
}

static void file_that_runs(void)
{
	EXPECT(copy(SELF, COPY, O_CREAT | O_TRUNC));
	int child = begin(COPY, "wait"), other = begin(COPY, "wait");
	EXPECT(child > 0 && other > 0);
	FAILS(open(COPY, O_WRONLY), ETXTBSY);
	FAILS(open(COPY, O_RDWR | O_TRUNC), ETXTBSY);
	FAILS(truncate(COPY, 10), ETXTBSY);
	int fd = open(COPY, O_RDONLY);
	EXPECT(fd >= 0 && close(fd) == 0 && chmod(COPY, 0700) == 0);
	kill_one(child);
	FAILS(open(COPY, O_WRONLY), ETXTBSY); /* the other one runs it */
	kill_one(other);
	fd = open(COPY, O_WRONLY);
	EXPECT(fd >= 0);
	EXPECT(begin(COPY, "look") == -ETXTBSY); /* it is open to be written */
	EXPECT(close(fd) == 0 && status_of(begin(COPY, "look")) == 15);
}

/* A child of the running process holds the file, too; another program in its place does not. */
static void children_that_run(void)
{
	int child = begin(COPY, "fork"), status;

	EXPECT(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
	FAILS(open(COPY, O_WRONLY), ETXTBSY);
	sleep(2); /* longer than the grandchild */
	int fd = open(COPY, O_WRONLY);
	EXPECT(fd >= 0 && close(fd) == 0);
	child = begin(COPY, "exec");
	sleep(1);
	fd = open(COPY, O_WRONLY);
	EXPECT(child > 0 && fd >= 0 && close(fd) == 0);
	kill_one(child);
}

/* Another content is another program, at once and of the same size. */
static void file_that_changes(void)
{
	for (int i = 1; i < 4; i++) {
		int fd = open(COPY, O_RDWR), at = 0;
		static char bytes[PAGE];

		EXPECT(fd >= 0 && begin(COPY, "look") == -ETXTBSY);
		/* The page that begins with data[0] is the one with 4, ..., as only that page has; it gets another number. */
		while (pread(fd, bytes, PAGE, at) == PAGE &&
		       (bytes[0] != 3 + i || memcmp(bytes + 1, constant + 1, PAGE - 1) != 0))
			at += PAGE;
		bytes[0] = (char)(4 + i);
		EXPECT(pwrite(fd, bytes, 1, at) == 1 && close(fd) == 0);
		EXPECT(status_of(begin(COPY, "look")) == 15 + i);
	}
	EXPECT(copy("/boot/bin/status", COPY, O_TRUNC) && status_of(begin(COPY, "3")) == 3);
	EXPECT(unlink(COPY) == 0);
}

static int of_another(const char *word)
{
	if (!strcmp(word, "look"))
		return look();
	if (!strcmp(word, "wait"))
		sleep(60);
	if (!strcmp(word, "fork") && fork() == 0)
		sleep(1);
	if (!strcmp(word, "exec"))
		execl(SELF, "running", "wait", NULL);
	return 0;
}

int main(int count, char **words)
{
	if (count > 1)
		return of_another(words[1]);
	pages_in_common();
	file_that_runs();
	children_that_run();
	file_that_changes();
	return expect_end();
}

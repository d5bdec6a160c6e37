/* A process with children of every kind, which must end as they are meant to, whenever the process server is killed meanwhile
 * (tests/guest/processes_load). Its status is 60; 61 after EIO; or the number of the step that went wrong. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define PAGES 6

extern char **environ;

static volatile int caught;

static void on_signal(int signal)
{
	caught = signal;
}

static int status_of(int child)
{
	int status = -1;

	while (waitpid(child, &status, 0) != child)
		if (errno != EINTR)
			return -1;
	return status;
}

static int wrong(const char *at, int with)
{
	int count = 0;

	for (int i = 0; i < PAGES; i++)
		count += at[i * PAGE] != with + i;
	return count;
}

/* Parent and child write the same pages, each its own. */
static int pages(char *at)
{
	for (int i = 0; i < PAGES; i++)
		at[i * PAGE] = (char)(1 + i);
	int child = fork();
	if (!child) {
		int bad = wrong(at, 1);
		for (int i = 0; i < PAGES; i++)
			at[i * PAGE] = (char)(50 + i);
		_exit(bad || wrong(at, 50) ? 1 : 11);
	}
	if (child < 0)
		return 1;
	for (int i = 0; i < PAGES; i += 2)
		at[i * PAGE] = (char)(1 + i);
	return status_of(child) != 11 << 8 || wrong(at, 1) ? 2 : 0;
}

/* A child that waits for a signal; it is stopped and continued before that. */
static int signals(void)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	int child = fork();
	if (!child) {
		signal(SIGTERM, on_signal);
		while (!caught)
			sigsuspend(&before);
		_exit(caught == SIGTERM ? 12 : 1);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (child < 0 || kill(child, SIGSTOP) || kill(child, SIGTERM) || kill(child, SIGCONT))
		return 3;
	return status_of(child) != 12 << 8 ? 4 : 0;
}

static int programs(void)
{
	char *const words[] = {"status", "13", "3", NULL};
	int spawned, executed;

	if ((errno = posix_spawn(&spawned, "/boot/bin/status", NULL, NULL, words, environ)))
		return 5;
	if (!(executed = fork())) {
		execve("/boot/bin/status", words, environ);
		_exit(99);
	}
	return status_of(executed) != 13 << 8 ? 6 : status_of(spawned) != 13 << 8 ? 7 : 0;
}

/* Its child is ended while it runs, and its grandchild, an orphan then, ends by itself. */
static int killed(void)
{
	int child = fork();

	if (!child) {
		if (!fork())
			_exit(0);
		for (;;)
			pause();
	}
	if (child < 0 || kill(child, SIGKILL))
		return 8;
	return status_of(child) != SIGKILL ? 9 : 0;
}

static int notified(void)
{
	caught = 0;
	signal(SIGCHLD, on_signal);
	int child = fork();
	if (!child)
		_exit(14);
	int status = status_of(child);
	signal(SIGCHLD, SIG_DFL);
	return status != 14 << 8 ? 20 : caught != SIGCHLD ? 21 : 0;
}

int main(void)
{
	char *at = mmap(
		NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int step = at == MAP_FAILED ? 22 : pages(at);

	if (!step)
		step = signals();
	if (!step)
		step = programs();
	if (!step)
		step = killed();
	if (!step)
		step = notified();
	/* EIO: the server has died in each of the three tries of one request (lib/microk/stub.h). */
	if (step)
		return errno == EIO ? 61 : step;
	return waitpid(-1, NULL, 0) == -1 && errno == ECHILD ? 60 : 23;
}

/* Programs that take or do too much, one for each word; each prints how far it came. The test looks whether others go on. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* 2 MiB of arguments: rejected, and the program goes on. */
static int arguments(void)
{
	static char big[2048];
	static char *words[1026];

	pid_t child;

	memset(big, 'a', sizeof(big) - 1);
	words[0] = "/boot/bin/status";
	for (int i = 1; i < 1025; i++)
		words[i] = big;
	int spawned = posix_spawn(&child, words[0], NULL, NULL, words, environ);
	execv(words[0], words);
	printf("spawn: %s; exec: %s\n", strerror(spawned), strerror(errno));
	words[1] = "5";
	words[2] = NULL;
	posix_spawn(&child, words[0], NULL, NULL, words, environ);
	int status = 0;
	waitpid(child, &status, 0);
	printf("a child with a short list: %d\n", WEXITSTATUS(status));
	return 0;
}

/* Descriptors of every kind, in as many children as there can be. */
static int descriptors(void)
{
	int count = 0, children = 0, fd, p[2], gate[2];
	char byte;

	pipe(gate);
	while (children < 20) {
		pid_t child = fork();
		if (child < 0)
			break;
		if (child == 0) {
			while ((fd = open("/boot/bin/status", O_RDONLY)) >= 0 || pipe(p) == 0 ||
			       socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0)
				count++;
			close(gate[1]);
			read(gate[0], &byte, 1);
			_exit(count);
		}
		children++;
	}
	printf("%d children; ", children);
	while ((fd = open("/boot/bin/status", O_RDONLY)) >= 0)
		count++;
	printf("%d files, then: %s\n", count, strerror(errno));
	close(gate[1]);
	int status, all = 0;
	while (wait(&status) > 0)
		all += WEXITSTATUS(status) > 0;
	printf("%d children had files\n", all);
	return 0;
}

static void note(int signal)
{
	(void)signal;
}

/* Pipes that no process reads, until there are no more; the last write waits until a signal ends it. */
static int unread(void)
{
	static char much[65536];
	int p[2], last[2] = {-1, -1}, pipes = 0;

	while (pipe(p) == 0 && fcntl(p[1], F_SETFL, O_NONBLOCK) == 0) {
		while (write(p[1], much, sizeof(much)) > 0)
			;
		last[0] = p[0], last[1] = p[1];
		pipes++;
	}
	printf("%d pipes, then: %s\n", pipes, strerror(errno));
	fcntl(last[1], F_SETFL, 0);
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = note}, NULL);
	alarm(1);
	ssize_t n = write(last[1], much, sizeof(much));
	printf("a write to a full pipe: %s\n", n < 0 ? strerror(errno) : "done");
	return 0;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *wait_there(void *unused)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	return unused;
}

/* 1,000 threads at once: as many as there can be, and again when these have ended. */
static int threads(void)
{
	pthread_t all[1000];

	for (int round = 0; round < 2; round++) {
		int count = 0, error = 0;

		pthread_mutex_lock(&mutex);
		while (count < 1000 &&
		       !(error = pthread_create(&all[count], NULL, wait_there, NULL)))
			count++;
		printf("%d threads, then: %s\n", count, strerror(error));
		pthread_mutex_unlock(&mutex);
		while (count)
			pthread_join(all[--count], NULL);
	}
	return 0;
}

/* Ignores every signal that can be ignored. */
static int stubborn(void)
{
	for (int s = 1; s < 65; s++)
		signal(s, SIG_IGN);
	for (;;)
		;
	return 0;
}

/* Deletes all of its capabilities by the kernel's method CNODE_DELETE, and goes on to use files and to end. */
static int deletes(void)
{
	printf("no capabilities from here on\n");
	fflush(stdout);
	for (long slot = 125; slot >= 2; slot--) {
		register long rdi __asm__("rdi") = 1, rsi __asm__("rsi") = slot;
		long rax = 4l << 32 | 1 << 8;

		__asm__ volatile(
			"push %%rbx; push %%r12; push %%r13; syscall; pop %%r13; pop "
			"%%r12; pop %%rbx"
			: "+a"(rax), "+r"(rdi), "+r"(rsi)
			:
			: "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
	}
	if (write(1, "still here\n", 11) != -1 || open("/boot/bin/status", O_RDONLY) != -1)
		for (;;)
			; /* the test would wait for its end */
	return 0;
}

int main(int count, char **words)
{
	static const struct {
		const char *word;
		int (*run)(void);
	} all[] = {{"arguments", arguments}, {"descriptors", descriptors}, {"unread", unread},
		   {"threads", threads},     {"stubborn", stubborn},       {"deletes", deletes}};

	for (size_t i = 0; count > 1 && i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(words[1], all[i].word))
			return all[i].run();
	return 7;
}

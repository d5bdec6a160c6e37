/* The price of calls, in ticks of the time-stamp counter: of an emulator that counts, one an instruction. */
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_PRIVATE 128

#define PAGE 4096
#define TIMES 32
#define MIB (1024 * 1024)

static unsigned long now(void)
{
	unsigned low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (unsigned long)high << 32 | low;
}

static char *map(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void touch(void)
{
	volatile char *at = map(TIMES * PAGE);
	unsigned long least = -1ul;

	for (int i = 0; i < TIMES; i++) {
		unsigned long began = now();

		at[i * PAGE] = 1;
		unsigned long took = now() - began;
		if (took < least)
			least = took;
	}
	printf("COST fault %lu\n", least);
}

static void map_touch_unmap(void)
{
	unsigned long least = -1ul;

	for (int i = 0; i < 4; i++) {
		unsigned long began = now();
		volatile char *at = map(MIB);

		for (int page = 0; page < MIB / PAGE; page++)
			at[page * PAGE] = 1;
		munmap((void *)at, MIB);
		unsigned long took = now() - began;
		if (took < least)
			least = took;
	}
	printf("COST map_1m %lu\n", least);
}

static void number(void)
{
	unsigned long least = -1ul;

	for (int i = 0; i < TIMES; i++) {
		unsigned long began = now();

		getpid();
		unsigned long took = now() - began;
		if (took < least)
			least = took;
	}
	printf("COST getpid %lu\n", least);
}

static volatile int caught;

static void on_signal(int signal)
{
	caught += signal;
}

static void signal_self(void)
{
	unsigned long least = -1ul;

	signal(SIGUSR1, on_signal);
	for (int i = 0; i < TIMES; i++) {
		unsigned long began = now();

		raise(SIGUSR1);
		unsigned long took = now() - began;
		if (took < least)
			least = took;
	}
	printf("COST signal_self %lu\n", caught ? least : 0);
}

extern char **environ;
static char *const words[] = {"status", "0", NULL};

static int spawned(void)
{
	int child = 0;

	return posix_spawn(&child, "/boot/bin/status", NULL, NULL, words, environ) ? -1 : child;
}

static int forked(void)
{
	int child = fork();

	if (!child)
		_exit(0);
	return child;
}

static int executed(void)
{
	int child = fork();

	if (!child) {
		execve("/boot/bin/status", words, environ);
		_exit(1);
	}
	return child;
}

/* A child from its beginning until its parent has its status. */
static void child(const char *name, int (*begin)(void))
{
	unsigned long least = -1ul;

	for (int i = 0; i < 8; i++) {
		int status = -1;
		unsigned long began = now();
		int number = begin();

		if (waitpid(number, &status, 0) != number || status)
			return;
		unsigned long took = now() - began;
		if (took < least)
			least = took;
	}
	printf("COST %s %lu\n", name, least);
}

static void *nothing(void *argument)
{
	return argument;
}

static void threads(void)
{
	unsigned long least = -1ul;

	pthread_t t;

	for (int i = 0; i < TIMES; i++) {
		unsigned long began = now();

		if (pthread_create(&t, NULL, nothing, NULL) || pthread_join(t, NULL))
			return;
		unsigned long took = now() - began;
		if (took < least)
			least = took;
	}
	printf("COST thread %lu\n", least);
}

/* ---- Round trips between two threads ---- */

static int turn, to[2], back[2];

static void futex(int *word, int operation, int value)
{
	syscall(SYS_futex, word, operation | FUTEX_PRIVATE, value, NULL);
}

/* Waits for its turn, and gives it to the other. */
static void take_turn(int mine)
{
	int now;

	while ((now = __atomic_load_n(&turn, __ATOMIC_SEQ_CST)) != mine)
		futex(&turn, FUTEX_WAIT, now);
	__atomic_store_n(&turn, !mine, __ATOMIC_SEQ_CST);
	futex(&turn, FUTEX_WAKE, 1);
}

static void *answer_futex(void *unused)
{
	(void)unused;
	for (int i = 0; i < TIMES; i++)
		take_turn(1);
	return NULL;
}

static void *answer_pipe(void *unused)
{
	char byte;

	(void)unused;
	for (int i = 0; i < TIMES; i++)
		if (read(to[0], &byte, 1) != 1 || write(back[1], &byte, 1) != 1)
			break;
	return NULL;
}

static void ask_pipe(void)
{
	char byte = 1;

	if (write(to[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
		turn = -1;
}

static void ask_futex(void)
{
	take_turn(0);
	while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST))
		futex(&turn, FUTEX_WAIT, 1);
}

static void round_trip(const char *name, void *(*answer)(void *), void (*ask)(void))
{
	unsigned long least = -1ul;

	pthread_t t;

	if (pthread_create(&t, NULL, answer, NULL))
		return;
	for (int i = 0; i < TIMES; i++) {
		unsigned long began = now();

		ask();
		unsigned long took = now() - began;
		if (took < least)
			least = took;
	}
	pthread_join(t, NULL);
	printf("COST %s %lu\n", name, least);
}

int main(void)
{
	touch();
	map_touch_unmap();
	number();
	signal_self();
	child("posix_spawn", spawned);
	child("fork", forked);
	child("fork_exec", executed);
	threads();
	round_trip("futex", answer_futex, ask_futex);
	if (pipe(to) == 0 && pipe(back) == 0)
		round_trip("pipe", answer_pipe, ask_pipe);
	return turn ? 1 : 0;
}

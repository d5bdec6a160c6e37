/* The price of faults and calls, in instructions: the machine's time-stamp counter counts them. */
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define TIMES 8

static unsigned long now(void)
{
	unsigned low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (unsigned long)high << 32 | low;
}

static volatile char *map(int pages)
{
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* The least of several: the first ones use code and data that is not in use yet. */
static unsigned long least_of_touches(volatile char *at)
{
	unsigned long least = -1ul;

	for (int i = 0; i < TIMES; i++) {
		unsigned long began = now();

		at[i * PAGE] = 1;
		unsigned long ended = now();
		if (ended - began < least)
			least = ended - began;
	}
	return least;
}

static void faults(void)
{
	volatile char *at = map(TIMES);
	int lines[2];

	(void)lines;
	printf("COST zero: %lu\n", least_of_touches(at));
	pid_t pid = fork();
	if (pid == 0) {
		printf("COST copied for the child: %lu\n", least_of_touches(at));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	printf("COST kept by the parent: %lu\n", least_of_touches(at));
	pid = fork();
	if (pid == 0) {
		char c;

		_exit((int)read(0, &c, 1));
	}
	printf("COST copied for the parent: %lu\n", least_of_touches(at));
	printf("ready\n");
	waitpid(pid, NULL, 0);
}

static void *nothing(void *argument)
{
	return argument;
}

static void calls(void)
{
	unsigned long began = now();
	volatile char *at = map(4);
	unsigned long mapped = now();

	munmap((void *)at, 4 * PAGE);
	unsigned long unmapped = now();
	printf("COST mmap: %lu\nCOST munmap: %lu\n", mapped - began, unmapped - mapped);
	for (int i = 0; i < 2; i++) { /* the second counts */
		pthread_t thread;

		began = now();
		pthread_create(&thread, NULL, nothing, NULL);
		pthread_join(thread, NULL);
		unmapped = now();
	}
	printf("COST create and join: %lu\n", unmapped - began);
	began = now();
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	unsigned long forked = now();
	waitpid(pid, NULL, 0);
	printf("COST fork: %lu\nCOST exit and wait: %lu\n", forked - began, now() - forked);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	calls();
	faults();
	return 0;
}

/* Ends in the way that its argument names, so that a test sees the cause in words. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int sink;

static int recurse(int depth)
{
	volatile char room[512];

	room[0] = (char)depth;
	return depth < 0 ? 0 : recurse(depth + 1) + room[0];
}

/* Takes memory until there is no more; malloc must report that, and the process go on. */
static int bomb(void)
{
	unsigned long taken = 0;
	char *at;

	while ((at = malloc(64 * 1024))) {
		memset(at, 1, 64 * 1024);
		taken += 64;
	}
	printf("no more after %lu KiB\n", taken);
	return 0;
}

/* As many processes as there can be, which all stay. Each begins with a page of its own. */
static _Noreturn void multiply(void)
{
	static volatile char own;

	while (fork() >= 0)
		own++;
	for (;;)
		pause();
}

int main(int count, char **words)
{
	static const char constant[] = "constant";
	const char *how = count > 1 ? words[1] : "";

	if (!strcmp(how, "null"))
		*(volatile int *)0 = 1;
	if (!strcmp(how, "wild"))
		sink = *(volatile int *)0x7654321;
	if (!strcmp(how, "constant"))
		*(volatile char *)constant = 'x';
	if (!strcmp(how, "jump"))
		((void (*)(void))malloc(16))();
	if (!strcmp(how, "stack"))
		sink = recurse(0);
	if (!strcmp(how, "divide"))
		sink = count / sink;
	if (!strcmp(how, "privileged"))
		__asm__ volatile("cli");
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "loop"))
		for (;;)
			sink++;
	if (!strcmp(how, "sleep"))
		sleep(1000);
	if (!strcmp(how, "bomb"))
		return bomb();
	if (!strcmp(how, "multiply"))
		multiply();
	return 7;
}

/* counted NAME TIMES COMMAND ARGUMENTS...: runs a command several times, and prints the least ticks of the time-stamp counter from
 * its beginning to its end: of an emulator that counts, one an instruction. A run that does not end with 0 has no figure. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

static unsigned long now(void)
{
	unsigned low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (unsigned long)high << 32 | low;
}

static int run(char **words)
{
	int status = -1, child;

	if (posix_spawnp(&child, words[0], NULL, NULL, words, environ) != 0)
		return -1;
	return waitpid(child, &status, 0) == child ? status : -1;
}

int main(int count, char **words)
{
	unsigned long least = -1ul;

	if (count < 4) {
		(void)fprintf(stderr, "usage: counted NAME TIMES COMMAND ARGUMENTS...\n");
		return 2;
	}
	for (long times = strtol(words[2], NULL, 10); times > 0; times--) {
		unsigned long began = now();

		if (run(words + 3) != 0)
			return 1;
		unsigned long took = now() - began;
		if (took < least)
			least = took;
	}
	printf("COST %s %lu\n", words[1], least);
	return 0;
}

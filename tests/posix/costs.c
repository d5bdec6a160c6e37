/* The price of calls, in ticks of the time-stamp counter: of an emulator that counts, one an instruction. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

int main(void)
{
	touch();
	map_touch_unmap();
	number();
	return 0;
}

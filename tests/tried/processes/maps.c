/* Memory and threads come and go: far more than there is memory for at once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

static long number(void)
{
	char text[16] = "";

	return read(0, text, sizeof(text) - 1) > 0 ? atol(text) : 0;
}

static void *add(void *counter)
{
	volatile char stack[3 * PAGE];

	stack[0] = stack[2 * PAGE] = 1;
	++*(long *)counter;
	return counter;
}

int main(void)
{
	long maps = number(), threads = number(), failures = 0, count = 0;

	for (long n = 0; n < maps; n++) {
		size_t pages = 1 + n % 13;
		char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (at == MAP_FAILED || at[0] || at[(pages - 1) * PAGE]) {
			failures++;
			break;
		}
		at[0] = at[(pages - 1) * PAGE] = 1;
		failures += munmap(at, pages * PAGE) != 0;
	}
	for (long n = 0; n < threads; n++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, add, &count) || pthread_join(thread, NULL)) {
			failures++;
			break;
		}
	}
	printf("%ld maps, %ld threads, %ld failures\n", maps, count, failures);
	return 0;
}

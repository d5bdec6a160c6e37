/* The kernel's memcpy, memmove and memset (compiled as mk_…) against the host's, for short runs and long ones: test_memory SEED */
#include "must.h"
#include <stddef.h>
#include <string.h>

#define TIMES 20000
#define LONGEST 1500

void *mk_memcpy(void *to, const void *from, size_t bytes);
void *mk_memmove(void *to, const void *from, size_t bytes);
void *mk_memset(void *to, int byte, size_t bytes);

static unsigned char a[3 * LONGEST], b[sizeof(a)];

static size_t any_length(void)
{
	return (size_t)rand() % (rand() % 2 ? 40 : LONGEST);
}

static void compare_once(void)
{
	size_t bytes = any_length(), from = (size_t)rand() % LONGEST, to = (size_t)rand() % LONGEST;

	if (rand() % 2) /* near each other */
		to = from + (size_t)rand() % 20;
	MUST(mk_memmove(a + to, a + from, bytes) == a + to);
	memmove(b + to, b + from, bytes);
	MUST(!memcmp(a, b, sizeof(a)));
	MUST(mk_memcpy(a, a + LONGEST, bytes) == a);
	memcpy(b, b + LONGEST, bytes);
	MUST(!memcmp(a, b, sizeof(a)));
	bytes = any_length() / 8;
	MUST(mk_memset(a + to, rand() % 2 ? 0x1ff : to, bytes) == a + to);
	memset(b + to, a[to], bytes);
	MUST(!memcmp(a, b, sizeof(a)));
}

int main(int argc, char **argv)
{
	MUST(argc == 2);
	srand((unsigned)atoi(argv[1]));
	for (size_t i = 0; i < sizeof(a); i++)
		a[i] = b[i] = (unsigned char)rand();
	for (int i = 0; i < TIMES; i++)
		compare_once();
	return 0;
}

/* Ends with the status that its first argument names, after it has used as many pages as its second: 200 if one of
 * them was wrong. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096

static int use(int pages)
{
	char *at = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int wrong = at == MAP_FAILED;

	if (wrong)
		return 1;
	for (int i = 0; i < pages; i++)
		at[i * PAGE + i % PAGE] = (char)(i + 1);
	for (int i = 0; i < pages; i++)
		wrong += at[i * PAGE + i % PAGE] != (char)(i + 1) || at[i * PAGE + (i + 7) % PAGE];
	if (pages > 2) { /* a part goes; the rest stays as it is */
		wrong += munmap(at + PAGE, PAGE) != 0;
		wrong += at[0] != 1 || at[2 * PAGE + 2] != 3;
		wrong += mprotect(at + 2 * PAGE, PAGE, PROT_READ) != 0 || at[2 * PAGE + 2] != 3;
	}
	return wrong + (munmap(at, (size_t)pages * PAGE) != 0);
}

int main(int count, char **words)
{
	int pages = count > 2 ? atoi(words[2]) : 0;

	if (pages && use(pages))
		return 200;
	return count > 1 ? atoi(words[1]) : 0;
}

/*
 * Faults of each kind, with no system call between "go" and "done": so that a test can end the process server in them.
 * Then parent and child compare their memory with the bytes that they wrote.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static char *map(int pages)
{
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int all_are(const char *at, char wanted)
{
	for (int i = 0; i < PAGE; i++)
		if (at[i] != wanted)
			return 0;
	return 1;
}

static void wait_for_key(void)
{
	char c;

	while (read(0, &c, 1) != 1)
		;
}

int main(void)
{
	char *shared = map(2), *fresh = map(2), *own = map(1);
	int status, wrong = 0;

	memset(shared, 's', 2 * PAGE);
	memset(own, 'o', PAGE);
	pid_t pid = fork();
	if (pid == 0) {
		wait_for_key();
		_exit(!all_are(shared, 's') + !all_are(shared + PAGE, 's'));
	}
	char *kept = map(1);
	memset(kept, 'k', PAGE);
	mprotect(kept, PAGE, PROT_READ);
	mprotect(kept, PAGE, PROT_READ | PROT_WRITE);
	write(1, "go", 2);

	fresh[0] = 1;
	shared[7] = 'x';
	fresh[PAGE] = 2;
	shared[PAGE + 7] = 'y';
	kept[7] = 'z';

	write(1, "done", 4);
	wait_for_key();
	wrong += fresh[0] != 1 || fresh[PAGE] != 2;
	fresh[0] = fresh[PAGE] = 0;
	wrong += !all_are(fresh, 0) || !all_are(fresh + PAGE, 0);
	wrong += shared[7] != 'x' || shared[PAGE + 7] != 'y' || kept[7] != 'z';
	shared[7] = shared[PAGE + 7] = 's';
	kept[7] = 'k';
	wrong += !all_are(shared, 's') || !all_are(shared + PAGE, 's') || !all_are(kept, 'k') ||
		 !all_are(own, 'o');
	waitpid(pid, &status, 0);
	wrong += status != 0;
	return wrong;
}

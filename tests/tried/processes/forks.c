/* fork: parent and child have the same memory and registers, and do not see each other's changes. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 6
#define PAGE 4096

static char *memory;
static int failures;

static void expect(int holds, const char *what)
{
	if (!holds) {
		failures++;
		printf("not so: %s\n", what);
	}
}

/* All pages but the last, which is left untouched. */
static int all_are(char wanted)
{
	for (int i = 0; i < (PAGES - 1) * PAGE; i += 64)
		if (memory[i] != wanted)
			return 0;
	return 1;
}

static int child_of_child(void)
{
	int status;

	pid_t pid = fork();
	if (pid == 0) {
		expect(all_are('c'), "a grandchild has the child's bytes");
		memset(memory, 'g', PAGE);
		_exit(failures);
	}
	expect(waitpid(pid, &status, 0) == pid && status == 0, "the grandchild ends well");
	expect(all_are('c'), "the child keeps its bytes");
	return failures;
}

static void one_fork(int n)
{
	volatile double number = n * 1.5;
	int status;

	memset(memory, 'p', (PAGES - 1) * PAGE);
	pid_t pid = fork();
	if (pid == 0) {
		expect(all_are('p'), "the child has the parent's bytes");
		expect(memory[(PAGES - 1) * PAGE] == 0, "an untouched page is zero");
		expect(number == n * 1.5, "numbers are the same");
		memset(memory, 'c', PAGES * PAGE);
		_exit(child_of_child() ? 99 : n);
	}
	expect(pid > 0, "fork");
	if (n % 2)
		memset(memory, 'q', PAGE);
	expect(waitpid(pid, &status, 0) == pid, "the child is waited for");
	expect(WIFEXITED(status) && WEXITSTATUS(status) == n, "the child's status");
	expect(memory[0] == (n % 2 ? 'q' : 'p'), "the parent's first page");
	memset(memory, 'p', PAGE);
	expect(all_are('p'), "the parent keeps its bytes");
	expect(memory[(PAGES - 1) * PAGE] == 0, "an untouched page stays zero");
}

int main(void)
{
	memory = mmap(
		NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect(memory != MAP_FAILED, "mmap");
	for (int n = 1; n <= 20; n++)
		one_fork(n);
	expect(waitpid(-1, NULL, 0) == -1, "no child is left");
	printf("%d failures\n", failures);
	return 0;
}

/* Runs the checks of a unit, each in a process of its own, and prints each result. The code under test runs elsewhere (unit.h). */
#include "unit.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ask.h"
#include "memory.h"
#include "verdict.h"
#include "wire.h"

#define CPU_SECONDS                                                                                \
	20 /* of the judge's own processor time: a list that became a ring may hold it, too */

static u64 seed;
/* The ends of the ASKED variables: the linker's. Without any there are none. */
extern char __start_unit_asked[] __attribute__((weak)), __stop_unit_asked[] __attribute__((weak));
/* The subject's SHARED variables, of which unit.py finds the size. */
extern char unit_shared_at[], unit_shared_bytes[];
static void *asked_at_first, *shared_at_first;

u64 unit_random(u64 which)
{
	u64 z = (seed + (which + 1) * 0x9e3779b97f4a7c15ul);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ul;
	z = (z ^ z >> 27) * 0x94d049bb133111ebul;
	return (z ^ z >> 31) | 1;
}

static void print_field(const char *field)
{
	putchar('\t');
	for (const char *p = field; *p; p++)
		if (*p == '\n')
			fputs("\\n", stdout);
		else
			putchar(*p == '\t' ? ' ' : *p);
}

static void print_result(const char *id)
{
	fputs(id, stdout);
	print_field(verdict->status);
	print_field(verdict->expected);
	print_field(verdict->came);
	print_field(verdict->cause);
	print_field(verdict->detail);
	putchar('\n');
	fflush(stdout);
}

static size_t asked_bytes(void)
{
	return (size_t)(__stop_unit_asked - __start_unit_asked);
}

/* Before each check: all of the memory that both see is as at first, whatever the last check's code did to it. */
static void reset_memory(int memory)
{
	if (fallocate(memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
		      UNIT_END - UNIT_SHARED) != 0) {
		perror("judge: the memory that it shares with the subject");
		exit(1);
	}
	memcpy(unit_shared_at, shared_at_first, (size_t)unit_shared_bytes);
	memcpy((void *)UNIT_ASKED, asked_at_first, asked_bytes());
}

/* Runs in the check's process. */
_Noreturn static void run_check(const struct unit_check *check)
{
	const struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS + 1}, core = {0, 0};

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	memory_allow(UNIT_ASKED, asked_bytes());
	check->run();
	want_no_answer();
	verdict_end("PASS", "", "", "", "");
}

static void run_one(const struct unit_check *check, int memory)
{
	int status = 0;

	reset_memory(memory);
	memset(verdict, 0, sizeof(*verdict));
	ask_begin();
	pid_t child = fork();
	if (child == 0)
		run_check(check);
	if (child < 0) {
		perror("judge");
		exit(1);
	}
	waitpid(child, &status, 0);
	if (!verdict->said && WIFEXITED(status))
		exit(1); /* it reported that it lost the subject: this check has no result, nor has any after it */
	if (!verdict->said)
		verdict_of_signal(WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	print_result(check->id);
	ask_stop();
}

static void *copy_of(const void *from, size_t bytes)
{
	void *copy = malloc(bytes + 1);

	if (!copy)
		exit(1);
	return memcpy(copy, from, bytes);
}

/* Puts the memory that the subject sees, too, in its place, and keeps how it is at first: the subject has started when
 * the socket has its first answer. */
static void share(int memory)
{
	asked_at_first = copy_of(__start_unit_asked, asked_bytes());
	if (mmap((void *)UNIT_SHARED, UNIT_END - UNIT_SHARED, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, memory, 0) == MAP_FAILED) {
		perror("judge: the memory that it shares with the subject");
		exit(1);
	}
	ask_ready();
	shared_at_first = copy_of(unit_shared_at, (size_t)unit_shared_bytes);
}

static void read_seed(int from)
{
	char digits[32] = "";

	if (read(from, digits, sizeof(digits) - 1) <= 0)
		exit(2);
	seed = strtoull(digits, NULL, 0);
	close(from);
}

/* Arguments: the numbers of the socket, of the file of memory, of the pipe with the seed, and of the socket that ends checks. */
int unit_main(const struct unit_check *checks, size_t count, char **arguments)
{
	int memory = -1;

	if (arguments[1] && arguments[2] && arguments[3] && arguments[4])
		memory = atoi(arguments[2]);

	/* No other process of the same user may look into this one. */
	if (memory < 0 || (u64)&unit_last < UNIT_END || prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    !verdict_make())
		return 2;
	read_seed(atoi(arguments[3]));
	ask_through(atoi(arguments[1]), atoi(arguments[4]));
	share(memory);
	for (size_t i = 0; i < count; i++)
		run_one(&checks[i], memory);
	return 0;
}

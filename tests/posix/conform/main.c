/* conform [FAMILY …]: runs the families, all of them without arguments, and prints for each function how many sentences hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conform.h"

static const struct family {
	const char *name;
	void (*run)(void);
} families[] = {
	{"directories", conform_directories},
	{"files", conform_files},
	{"locks", conform_locks},
	{"memory", conform_memory},
	{"pipes", conform_pipes},
	{"process", conform_process},
	{"signals", conform_signals},
	{"sockets", conform_sockets},
	{"spawn", conform_spawn},
	{"stdio", conform_stdio},
	{"terminal", conform_terminal},
	{"threads", conform_threads},
	{"time", conform_time},
	{"wait", conform_wait},
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))
#define FUNCTIONS 200

/* Of the family that runs. */
static struct count {
	const char *function;
	int held, excepted, wrong;
} counts[FUNCTIONS];
static int functions, failures;

static struct count *count_of(const char *function)
{
	for (int i = 0; i < functions; i++)
		if (!strcmp(counts[i].function, function))
			return &counts[i];
	if (functions == FUNCTIONS)
		abort();
	counts[functions].function = function;
	return &counts[functions++];
}

void check(const char *function, const char *section, const char *sentence, bool holds)
{
	struct count *c = count_of(function);

	if (holds) {
		c->held++;
		return;
	}
	c->wrong++;
	printf("WRONG %s, %s: %s (errno %d)\n", function, section, sentence, errno);
}

void check_exception(const char *function, const char *section, const char *sentence, bool holds)
{
	struct count *c = count_of(function);

	if (!holds) {
		c->excepted++;
		printf("EXCEPTION %s, %s: %s\n", function, section, sentence);
		return;
	}
	c->wrong++;
	printf("WRONG %s, %s: holds, and is listed as an exception: %s\n", function, section,
	       sentence);
}

/* The directory's files go; a family leaves no directories in it. */
static void sweep(const char *family)
{
	char command[64];

	if (chdir("..") != 0 || rmdir(family) == 0)
		return;
	snprintf(command, sizeof(command), "%s is not empty", family);
	check(family, D, command, false);
}

static void run(const struct family *f)
{
	memset(counts, 0, sizeof(counts));
	functions = 0;
	if (mkdir(f->name, 0755) != 0 || chdir(f->name) != 0) {
		perror(f->name);
		failures++;
		return;
	}
	f->run();
	sweep(f->name);
	for (int i = 0; i < functions; i++) {
		printf("%s %s: %d hold, %d excepted\n", f->name, counts[i].function, counts[i].held,
		       counts[i].excepted);
		failures += counts[i].wrong;
	}
	fflush(stdout);
}

static bool is_asked(int count, char **words, const char *name)
{
	for (int i = 1; i < count; i++)
		if (!strcmp(words[i], name))
			return true;
	return count == 1;
}

int main(int count, char **words)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (is_asked(count, words, families[i].name))
			run(&families[i]);
	printf("conform: %d wrong\n", failures);
	return failures != 0;
}

/* A part of a pipeline, for tests of the shell: its first argument is what it does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int copy(void)
{
	char piece[4096];
	long got;

	while ((got = read(0, piece, sizeof(piece))) > 0)
		for (long done = 0, put; done < got; done += put) {
			put = write(1, piece + done, (size_t)(got - done));
			if (put < 0)
				return 1;
		}
	return got < 0;
}

/* Lines of 16 bytes. */
static int write_lines(long count)
{
	for (long i = 0; i < count; i++)
		if (printf("line %010ld\n", i) < 0)
			return 1;
	return fflush(stdout) ? 1 : 0;
}

/* Reads to the end, and counts; as wc does it. */
static int count(void)
{
	long lines = 0, bytes = 0;
	int c;

	while ((c = getchar()) != EOF) {
		bytes++;
		lines += c == '\n';
	}
	printf("%ld %ld\n", lines, bytes);
	return 0;
}

/* The first line, byte by byte, so that the rest stays for others. */
static int first(void)
{
	char c;

	while (read(0, &c, 1) == 1)
		if (write(1, &c, 1) != 1 || c == '\n')
			break;
	return 0;
}

static int show_environment(const char *name)
{
	const char *value = getenv(name);

	printf("%s\n", value ? value : "(not set)");
	return !value;
}

static int pause_for(long seconds)
{
	struct timespec time = {.tv_sec = seconds};

	while (nanosleep(&time, &time) && errno == EINTR)
		;
	return 0;
}

int main(int words, char **word)
{
	const char *what = words > 1 ? word[1] : "", *more = words > 2 ? word[2] : "0";

	if (strcmp(what, "copy") == 0)
		return copy();
	if (strcmp(what, "lines") == 0)
		return write_lines(atol(more));
	if (strcmp(what, "count") == 0)
		return count();
	if (strcmp(what, "first") == 0)
		return first();
	if (strcmp(what, "env") == 0)
		return show_environment(more);
	if (strcmp(what, "pause") == 0)
		return pause_for(atol(more));
	if (strcmp(what, "error") == 0)
		return fprintf(stderr, "%s\n", more) < 0;
	if (strcmp(what, "status") == 0)
		return atoi(more);
	if (strcmp(what, "terminal") == 0)
		return printf("%d%d%d\n", isatty(0), isatty(1), isatty(2)) < 0;
	fprintf(stderr, "filter: %s: unknown\n", what);
	return 2;
}

/* show relay [BYTES]: a child reads from a pipe, which is empty at first, what its parent writes: more than the pipe holds. */
#include "show.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned char byte_at(unsigned long at)
{
	return (unsigned char)(at * 7 + at / 256);
}

/* Until the end. Returns the exit status. */
static int read_all(int from)
{
	ssize_t got;
	unsigned char part[1500];
	unsigned long at = 0;

	while ((got = read(from, part, sizeof(part))) > 0)
		for (ssize_t i = 0; i < got; i++, at++)
			if (part[i] != byte_at(at)) {
				printf("relay: byte %lu is not the one that was written\n", at);
				return 1;
			}
	if (got < 0) {
		perror("relay: read");
		return 1;
	}
	printf("relay: %lu bytes in order, and then the end\n", at);
	return 0;
}

static int write_all(int to, unsigned long bytes)
{
	static unsigned char part[4096];

	for (unsigned long at = 0; at < bytes;) {
		unsigned long size = bytes - at < sizeof(part) ? bytes - at : sizeof(part);
		for (unsigned long i = 0; i < size; i++)
			part[i] = byte_at(at + i);
		if (write(to, part, size) != (ssize_t)size) {
			perror("relay: write");
			return 1;
		}
		at += size;
	}
	return 0;
}

int show_relay(int count, char **words)
{
	pid_t child;
	unsigned long bytes = count > 1 ? strtoul(words[1], NULL, 10) : 100000;
	int ends[2], status = 1;

	if (pipe(ends) || (child = fork()) < 0) {
		perror("relay");
		return 1;
	}
	if (child == 0) {
		close(ends[1]);
		exit(read_all(ends[0]));
	}
	close(ends[0]);
	nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* the child waits */
	int mine = write_all(ends[1], bytes);
	close(ends[1]);
	waitpid(child, &status, 0);
	return mine || status;
}

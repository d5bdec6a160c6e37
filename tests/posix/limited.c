/* limited SECONDS COMMAND ARGUMENTS...: runs a command, and ends it with all its children after that time. Its status is the
 * command's; 124: it was ended so, as timeout(1) has it. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static volatile sig_atomic_t late;
static volatile pid_t child;

static void end_it(int signal)
{
	late = signal;
	kill(-child, SIGKILL);
}

static int run(char **words)
{
	posix_spawnattr_t attributes;
	int status = 0;
	pid_t number;

	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	int error = posix_spawnp(&number, words[0], NULL, &attributes, words, environ);
	if (error) {
		(void)fprintf(stderr, "limited: %s: %s\n", words[0], strerror(error));
		return 127;
	}
	child = number;
	while (waitpid(number, &status, 0) != number)
		if (errno != EINTR)
			return 126;
	return late ? 124 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int count, char **words)
{
	if (count < 3) {
		(void)fprintf(stderr, "usage: limited SECONDS COMMAND ARGUMENTS...\n");
		return 2;
	}
	signal(SIGALRM, end_it);
	alarm((unsigned)strtoul(words[1], NULL, 10));
	return run(words + 2);
}

/* sleep SECONDS, as a process: the shell's own sleep cannot run in the background. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int count, char **words)
{
	char *end = NULL;
	double seconds = count == 2 ? strtod(words[1], &end) : -1;

	if (!end || end == words[1] || *end || !(seconds >= 0 && seconds < 1e9)) {
		(void)fprintf(stderr, "usage: sleep SECONDS\n");
		return 2;
	}
	struct timespec time = {.tv_sec = (time_t)seconds};
	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	while (nanosleep(&time, &time) && errno == EINTR)
		;
	return 0;
}

/* Reads until a 'q' comes, and writes each byte that it has got; `i` for a read that a signal interrupted. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile long signals;

static void count(int signal)
{
	(void)signal;
	signals++;
}

int main(void)
{
	struct sigaction action = {.sa_handler = count};
	long interrupted = 0;
	char c = 0;

	sigaction(SIGUSR1, &action, NULL);
	while (c != 'q') {
		long got = read(0, &c, 1);

		if (got == 1)
			while (write(1, &c, 1) != 1)
				;
		else if (got == -1 && errno == EINTR)
			interrupted++;
		else
			return 1;
	}
	while (printf("\n%ld signals, %ld reads interrupted\n", signals, interrupted) < 0)
		;
	return 0;
}

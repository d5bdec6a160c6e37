/* Processes with several threads: signals reach one that does not block them, or the one that is meant; a fork copies the thread
 * that calls, whatever the others do meanwhile. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "expect.h"

#define BUSY 4 /* threads beside the one that forks */
#define FORKS 12
#define LONG 20 /* seconds: no test waits for so long */

static volatile int caught, catcher, goes_on;
static sem_t begun;

static void handler(int signal)
{
	caught = signal;
	catcher = gettid();
}

static void block(int how, int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	pthread_sigmask(how, &set, NULL);
}

static void act(int signal, int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	sigaction(signal, &action, NULL);
	caught = catcher = 0;
}

/* Sends this process a signal from another one. */
static void signal_from_child(int signal)
{
	pid_t child = fork();

	if (!child)
		_exit(kill(getppid(), signal));
	EXPECT(child > 0 && waitpid(child, NULL, 0) == child);
}

/* ---- Signals ---- */

static volatile int number;
static int ends[2];

static void *sleeps(void *unused)
{
	(void)unused;
	block(SIG_UNBLOCK, SIGUSR1);
	number = gettid();
	sem_post(&begun);
	return (void *)(long)nanosleep(&(struct timespec){LONG, 0}, NULL);
}

static void *reads(void *unused)
{
	char byte;

	(void)unused;
	number = gettid();
	sem_post(&begun);
	return (void *)(long)(read(ends[0], &byte, 1) == -1 && errno == EINTR ? -1 : 0);
}

static void *spins(void *unused)
{
	(void)unused;
	number = gettid();
	sem_post(&begun);
	while (!caught)
		;
	return (void *)-1l;
}

static void *awaits(void *unused)
{
	sigset_t set;
	int signal = 0;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	number = gettid();
	sem_post(&begun);
	sigwait(&set, &signal);
	return (void *)(long)(signal == SIGUSR1 ? -1 : 0);
}

/* The thread ends with -1. */
static void in_thread(void *(*run)(void *), int from_child, int to_thread)
{
	pthread_t t;
	void *result = NULL;

	caught = catcher = 0;
	EXPECT(pthread_create(&t, NULL, run, NULL) == 0);
	sem_wait(&begun);
	nanosleep(&(struct timespec){0, 50000000}, NULL);
	if (from_child)
		signal_from_child(SIGUSR1);
	else if (to_thread)
		EXPECT(pthread_kill(t, SIGUSR2) == 0);
	else
		EXPECT(kill(getpid(), SIGUSR1) == 0);
	EXPECT(pthread_join(t, &result) == 0 && result == (void *)-1l);
}

static void signals(void)
{
	act(SIGUSR1, 0);
	act(SIGUSR2, 0);
	block(SIG_BLOCK, SIGUSR1);
	in_thread(sleeps, 1, 0);
	EXPECT(caught == SIGUSR1 && catcher == number && catcher != getpid());
	EXPECT(pipe(ends) == 0);
	in_thread(reads, 0, 1);
	EXPECT(caught == SIGUSR2 && catcher == number);
	in_thread(spins, 0, 1);
	EXPECT(caught == SIGUSR2 && catcher == number);
	in_thread(awaits, 1, 0);
	EXPECT(!caught);
	in_thread(awaits, 0, 0);
	EXPECT(!caught);
	/* None takes it now; the first does when it unblocks it. */
	signal_from_child(SIGUSR1);
	EXPECT(!caught);
	block(SIG_UNBLOCK, SIGUSR1);
	EXPECT(caught == SIGUSR1 && catcher == getpid());
	close(ends[0]);
	close(ends[1]);
}

/* ---- Forks ---- */

static void *busy(void *place)
{
	long rounds = 0;

	for (; goes_on; rounds++) {
		void *memory = malloc(100 + (size_t)rounds % 1000);
		int fd = open("/boot", O_RDONLY | O_DIRECTORY), event = eventfd(1, 0);
		struct pollfd p = {.fd = event, .events = POLLIN};
		char cwd[256];

		if (!memory || event < 0 || poll(&p, 1, 10) != 1 || !getcwd(cwd, sizeof(cwd)))
			return NULL;
		close(fd);
		close(event);
		free(memory);
		if (rounds == 0)
			sem_post(&begun);
	}
	return place;
}

static void *nothing(void *argument)
{
	return argument;
}

/* The child's own steps: 0, or the number of the first that fails. */
static int child_works(void)
{
	pthread_t t;
	void *result = NULL;
	int fds[2], fd = open("/boot", O_RDONLY | O_DIRECTORY);
	char byte = 0;

	if (gettid() != getpid() || fd < 0 || close(fd))
		return 1;
	if (pipe(fds) || write(fds[1], "x", 1) != 1 || read(fds[0], &byte, 1) != 1 || byte != 'x')
		return 2;
	struct pollfd p = {.fd = fds[0], .events = POLLIN};
	if (poll(&p, 1, 20) != 0 || write(fds[1], "y", 1) != 1 || poll(&p, 1, 1000) != 1)
		return 3;
	if (pthread_create(&t, NULL, nothing, fds) || pthread_join(t, &result) || result != fds)
		return 4;
	free(malloc(5000));
	caught = 0;
	return raise(SIGUSR2) || caught != SIGUSR2 ? 5 : 0;
}

static void *forks(void *unused)
{
	long wrong = 0;

	(void)unused;
	for (int i = 0; i < FORKS; i++) {
		int status = -1;
		pid_t child = fork();

		if (!child)
			_exit(child_works());
		if (waitpid(child, &status, 0) != child || status) {
			printf("a child's status is %x\n", (unsigned)status);
			wrong++;
		}
	}
	return (void *)wrong;
}

static void many(void)
{
	pthread_t t[BUSY], forker;
	void *result = (void *)-1l;

	goes_on = 1;
	for (long i = 0; i < BUSY; i++) {
		EXPECT(pthread_create(&t[i], NULL, busy, (void *)(i + 1)) == 0);
		sem_wait(&begun);
	}
	EXPECT(pthread_create(&forker, NULL, forks, NULL) == 0);
	EXPECT(pthread_join(forker, &result) == 0 && !result);
	goes_on = 0;
	for (long i = 0; i < BUSY; i++)
		EXPECT(pthread_join(t[i], &result) == 0 && result == (void *)(i + 1));
}

/* ---- A file that another thread uses during the fork ---- */

static char block_of_bytes[1 << 17]; /* more than a pipe has room for */

static void *fills(void *unused)
{
	(void)unused;
	sem_post(&begun);
	return (void *)(long)write(ends[1], block_of_bytes, sizeof(block_of_bytes));
}

/* The child has closed its end, so the parent's reader comes to the end of the file while the child lives. */
static void ends_of_pipes(void)
{
	pthread_t t;
	void *result = NULL;
	int quit[2], status = -1;
	long total = 0, got;
	char bytes[512];

	EXPECT(pipe(ends) == 0 && pipe(quit) == 0);
	EXPECT(pthread_create(&t, NULL, fills, NULL) == 0);
	sem_wait(&begun);
	nanosleep(&(struct timespec){0, 50000000}, NULL);
	pid_t child = fork();
	if (!child) {
		close(ends[0]);
		close(ends[1]);
		close(quit[1]);
		_exit(read(quit[0], bytes, 1) == 0 ? 0 : 1);
	}
	while (total < (long)sizeof(block_of_bytes) &&
	       (got = read(ends[0], bytes, sizeof(bytes))) > 0)
		total += got;
	EXPECT(pthread_join(t, &result) == 0 && result == (void *)sizeof(block_of_bytes));
	close(ends[1]);
	EXPECT(total == (long)sizeof(block_of_bytes) && read(ends[0], bytes, 1) == 0);
	close(quit[1]);
	EXPECT(waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	sem_init(&begun, 0, 0);
	signals();
	many();
	ends_of_pipes();
	return expect_end();
}

/* show kin: the relations of processes. Three children end, each in its way; then a child ends before its own child. */
#include "show.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ORPHANS_PARENT 1
#define TRIES 500 /* of 10 ms */

static void wait_a_moment(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

static pid_t begin(int i)
{
	pid_t child = fork();

	if (child < 0) {
		perror("kin: fork");
		exit(1);
	}
	if (child > 0)
		return child;
	if (i == 3)
		for (;;)
			pause();
	_exit(10 + i);
}

static void report(int i, pid_t child)
{
	int status;

	if (i == 3)
		kill(child, SIGKILL);
	if (waitpid(child, &status, 0) != child)
		perror("kin: waitpid");
	else if (WIFEXITED(status))
		printf("kin: child %d ended with status %d\n", i, WEXITSTATUS(status));
	else
		printf("kin: child %d was ended by signal %d\n", i, WTERMSIG(status));
}

/* Its parent has ended, or is about to. */
static void be_orphan(pid_t parent, pid_t told)
{
	for (int i = 0; i < TRIES && getppid() == parent; i++)
		wait_a_moment();
	if (getppid() == ORPHANS_PARENT)
		printf("kin: the orphan's parent is %d now\n", ORPHANS_PARENT);
	else
		printf("kin: the orphan still has the parent that ended\n");
	(void)fflush(stdout);
	kill(told, SIGUSR1);
	_exit(0);
}

int show_kin(int count, char **words)
{
	(void)count, (void)words;
	pid_t child[3], self = getpid(), between;
	sigset_t signals;

	for (int i = 0; i < 3; i++)
		child[i] = begin(i + 1);
	for (int i = 0; i < 3; i++)
		report(i + 1, child[i]);
	if (wait(NULL) < 0 && errno == ECHILD)
		printf("kin: there is no further child\n");
	(void)fflush(stdout);
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	between = fork();
	if (between == 0) {
		pid_t parent = getpid();
		if (fork() == 0)
			be_orphan(parent, self);
		_exit(0);
	}
	waitpid(between, NULL, 0);
	return sigtimedwait(&signals, NULL, &(struct timespec){.tv_sec = 10}) == SIGUSR1 ? 0 : 1;
}

/* fork, and waiting for children. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conform.h"

static pid_t ending(int status)
{
	pid_t child = fork();

	if (child == 0)
		_exit(status);
	return child;
}

static void forking(void)
{
	int p[2], value = 1, status;
	char byte = 0;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	write(fd, "abcdef", 6);
	lseek(fd, 0, SEEK_SET);
	pipe(p);
	pid_t child = fork();
	if (child == 0) {
		value = 2;
		lseek(fd, 3, SEEK_SET);
		write(p[1], "c", 1);
		_exit(value);
	}
	HOLDS("fork", R, "the child's number in the parent", child > 0);
	HOLDS("fork", D, "the child has the parent's descriptors",
	      read(p[0], &byte, 1) == 1 && byte == 'c');
	HOLDS("fork", D, "both share the offset of a file", lseek(fd, 0, SEEK_CUR) == 3);
	HOLDS("fork", D, "the child's memory is its own",
	      waitpid(child, &status, 0) == child && value == 1 && WEXITSTATUS(status) == 2);
	close(p[0]);
	close(p[1]);
	close(fd);
	unlink("f");
	alarm(100);
	child = fork();
	if (child == 0)
		_exit(alarm(0));
	HOLDS("fork", D, "the child has no alarm",
	      waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 0);
	alarm(0);
	sigset_t set, now;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR2);
	child = fork();
	if (child == 0) {
		sigpending(&now);
		sigprocmask(SIG_BLOCK, NULL, &set);
		_exit(sigismember(&now, SIGUSR2) * 2 + !sigismember(&set, SIGUSR2));
	}
	HOLDS("fork", D, "the child has the mask, and no pending signals",
	      waitpid(child, &status, 0) == child && status == 0);
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR2, SIG_DFL);
}

static volatile int told;

static void tell(int signal)
{
	told = signal;
}

static void waiting(void)
{
	int status = 0;

	siginfo_t info = {0};
	pid_t child = ending(300);

	HOLDS("wait", R, "the child's number", wait(&status) == child);
	HOLDS("wait", D, "the low 8 bits of the exit status",
	      WIFEXITED(status) && WEXITSTATUS(status) == (300 & 255));
	FAILS("wait", ECHILD, "no child", wait(&status));
	FAILS("waitpid", ECHILD, "not a child of the caller", waitpid(1 << 22, &status, 0));
	FAILS("waitpid", EINVAL, "unknown options", waitpid(-1, &status, 0x4000));
	child = fork();
	if (child == 0)
		for (;;)
			pause();
	HOLDS("waitpid", D, "WNOHANG: 0 while it runs", waitpid(child, &status, WNOHANG) == 0);
	kill(child, SIGSTOP);
	HOLDS("waitpid", D, "WUNTRACED: it has stopped",
	      waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) &&
		      WSTOPSIG(status) == SIGSTOP);
	kill(child, SIGCONT);
	HOLDS("waitpid", D, "WCONTINUED: it goes on",
	      waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
	kill(child, SIGKILL);
	HOLDS("waitid", D, "WNOWAIT: it can be awaited again",
	      waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0 && info.si_pid == child &&
		      info.si_code == CLD_KILLED && info.si_status == SIGKILL);
	HOLDS("waitid", D, "WNOHANG: and then it is gone",
	      waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid == child);
	FAILS("waitid", EINVAL, "no kind of change", waitid(P_ALL, 0, &info, 0));
	FAILS("waitid", ECHILD, "no child", waitid(P_ALL, 0, &info, WEXITED));
	signal(SIGCHLD, tell);
	child = ending(0);
	while (!told)
		usleep(1000);
	HOLDS("wait", D, "SIGCHLD comes when a child ends", told == SIGCHLD && wait(NULL) == child);
	signal(SIGCHLD, SIG_IGN);
	child = ending(0);
	FAILS("wait", ECHILD, "SIGCHLD is ignored: after all children have ended", wait(NULL));
	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		_exit(1);
	}
	setpgid(child, child);
	HOLDS("waitpid", D, "a negative number: of that group",
	      waitpid(-child, &status, 0) == child);
}

static void using(void)
{
	struct tms before, after;
	struct rusage use;

	pid_t child = fork();

	times(&before);
	if (child == 0) {
		while (times(&after) != (clock_t)-1 && after.tms_utime < 3)
			;
		_exit(0);
	}
	wait4(child, NULL, 0, &use);
	times(&after);
	HOLDS("times", D, "the time of children that were awaited",
	      after.tms_cutime + after.tms_cstime - before.tms_cutime - before.tms_cstime >= 2);
	HOLDS("getrusage", D, "RUSAGE_CHILDREN: likewise",
	      getrusage(RUSAGE_CHILDREN, &use) == 0 &&
		      use.ru_utime.tv_usec + use.ru_utime.tv_sec + use.ru_stime.tv_usec > 0);
}

void conform_wait(void)
{
	forking();
	waiting();
	using();
}

/* The process: numbers, groups, sessions, limits, the environment, and what sysconf states. */
#define _GNU_SOURCE
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conform.h"

/* Runs it in a child; its result is the exit status. */
static int in_child(int (*act)(void))
{
	int status = -1;

	pid_t child = fork();

	if (child == 0)
		_exit(act());
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int own_group(void)
{
	return !(setpgid(0, 0) == 0 && getpgrp() == getpid() && getpgid(0) == getpid());
}

static int own_session(void)
{
	return !(setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid());
}

static int leader_again(void)
{
	setpgid(0, 0);
	return !(setsid() == -1 && errno == EPERM);
}

static int leader_moves(void)
{
	setsid();
	return !(setpgid(0, 0) == -1 && errno == EPERM);
}

static void numbers(void)
{
	int p[2];

	pid_t seen = 0;

	HOLDS("getpid", R, "the same each time", getpid() == getpid() && getpid() > 0);
	pipe(p);
	pid_t child = fork();
	if (child == 0) {
		seen = getppid();
		write(p[1], &seen, sizeof(seen));
		_exit(0);
	}
	HOLDS("getppid", R, "the parent's number",
	      read(p[0], &seen, sizeof(seen)) && seen == getpid());
	close(p[0]);
	close(p[1]);
	waitpid(child, NULL, 0);
	HOLDS("setpgid", D, "0, 0: a group of its own", in_child(own_group) == 0);
	HOLDS("setsid", D, "a session and a group of its own", in_child(own_session) == 0);
	HOLDS("setsid", E, "EPERM: it leads a group", in_child(leader_again) == 0);
	HOLDS("setpgid", E, "EPERM: it leads a session", in_child(leader_moves) == 0);
	FAILS("setpgid", EINVAL, "a negative group", setpgid(0, -1));
	FAILS("setpgid", ESRCH, "neither itself nor a child", setpgid(1 << 22, 0));
	FAILS("getpgid", ESRCH, "no such process", getpgid(1 << 22));
	FAILS("getsid", ESRCH, "no such process", getsid(1 << 22));
	HOLDS("getuid", R, "the user", getuid() == geteuid() && getgid() == getegid());
	HOLDS("setuid", R, "0 for the user's own number",
	      setuid(getuid()) == 0 && setgid(getgid()) == 0);
	HOLDS("getgroups", R, "how many there are", getgroups(0, NULL) >= 0);
}

static void limits(void)
{
	struct rlimit l;
	struct rusage use;
	struct utsname name;
	char host[65];

	HOLDS("getrlimit", D, "the soft limit is at most the hard one",
	      getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur <= l.rlim_max &&
		      l.rlim_cur >= _POSIX_OPEN_MAX);
	FAILS("getrlimit", EINVAL, "no such limit", getrlimit(99, &l));
	l.rlim_cur = l.rlim_max;
	HOLDS("setrlimit", R, "0 for the values that hold", setrlimit(RLIMIT_NOFILE, &l) == 0);
	l.rlim_cur = 20;
	EXCEPTION("setrlimit", D, "a lower soft limit",
		  setrlimit(RLIMIT_NOFILE, &l) == 0 && getrlimit(RLIMIT_NOFILE, &l) == 0 &&
			  l.rlim_cur == 20);
	l = (struct rlimit){30, 20};
	FAILS("setrlimit", EINVAL, "the soft limit is above the hard one",
	      setrlimit(RLIMIT_NOFILE, &l));
	HOLDS("getrusage", R, "0",
	      getrusage(RUSAGE_SELF, &use) == 0 && getrusage(RUSAGE_CHILDREN, &use) == 0);
	FAILS("getrusage", EINVAL, "neither of the two", getrusage(99, &use));
	HOLDS("uname", D, "five strings", uname(&name) == 0 && name.sysname[0] && name.machine[0]);
	HOLDS("gethostname", D, "the node's name",
	      gethostname(host, 65) == 0 && !strcmp(host, name.nodename));
	HOLDS("sysconf", R, "the size of a page", sysconf(_SC_PAGESIZE) == 4096);
	HOLDS("sysconf", R, "descriptors that can be open",
	      sysconf(_SC_OPEN_MAX) >= _POSIX_OPEN_MAX);
	HOLDS("sysconf", R, "processors", sysconf(_SC_NPROCESSORS_ONLN) >= 1);
	FAILS("sysconf", EINVAL, "no such name", sysconf(99999));
	HOLDS("getpriority", R, "the nice value", getpriority(PRIO_PROCESS, 0) == 0 && !errno);
	FAILS("getpriority", EINVAL, "no such kind", getpriority(99, 0));
	HOLDS("sched_get_priority_max", R, "at least 31 above the least of SCHED_FIFO",
	      sched_get_priority_max(SCHED_FIFO) - sched_get_priority_min(SCHED_FIFO) >= 31);
	FAILS("sched_get_priority_max", EINVAL, "no such policy", sched_get_priority_max(99));
	HOLDS("sched_yield", R, "0", sched_yield() == 0);
}

static int at_exit;

static void first(void)
{
	at_exit = at_exit * 10 + 1;
	if (at_exit != 21)
		_exit(9);
}

static void second(void)
{
	at_exit = at_exit * 10 + 2;
}

static int exits(void)
{
	atexit(first);
	atexit(second);
	exit(5);
}

static int ends_at_once(void)
{
	atexit(first);
	_exit(6);
}

static void ending(void)
{
	HOLDS("atexit", D, "the functions run in the reverse order", in_child(exits) == 5);
	HOLDS("_exit", D, "they do not run", in_child(ends_at_once) == 6);
	HOLDS("getenv", D, "a variable's value", getenv("PATH"));
	HOLDS("getenv", R, "NULL without one", !getenv("CONFORM"));
	HOLDS("setenv", D, "a new one",
	      setenv("CONFORM", "a", 0) == 0 && !strcmp(getenv("CONFORM"), "a"));
	HOLDS("setenv", D, "without overwrite the old value stays",
	      setenv("CONFORM", "b", 0) == 0 && !strcmp(getenv("CONFORM"), "a"));
	FAILS("setenv", EINVAL, "a name with an equals sign", setenv("A=B", "", 1));
	HOLDS("putenv", D, "the string itself is in the environment",
	      putenv("CONFORM=c") == 0 && !strcmp(getenv("CONFORM"), "c"));
	HOLDS("unsetenv", D, "it is gone", unsetenv("CONFORM") == 0 && !getenv("CONFORM"));
	FAILS("unsetenv", EINVAL, "an empty name", unsetenv(""));
}

void conform_process(void)
{
	numbers();
	limits();
	ending();
}

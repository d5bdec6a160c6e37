/* Children: posix_spawn with its actions and attributes, wait, and inheritance. The program is also each of its children, as
 * its first argument has it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "expect.h"

#define SELF "/boot/bin/children"
#define MOST_WORDS 6

extern char **environ;

static pid_t spawn_with(const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attributes, const char *a, const char *b)
{
	const char *words[MOST_WORDS] = {"children", a, b};
	int child = 0;
	int failed = posix_spawn(&child, SELF, actions, attributes, (char *const *)words, environ);

	return failed ? -failed : child;
}

static pid_t spawn(const char *a, const char *b)
{
	return spawn_with(NULL, NULL, a, b);
}

static int status_of(pid_t child)
{
	int status = -1;

	return waitpid(child, &status, 0) == child ? status : -1;
}

static int exits(pid_t child, int code)
{
	int status = status_of(child);

	if (status != code << 8)
		printf("  its status is %#x\n", (unsigned)status);
	return status == code << 8;
}

/* ---- The children ---- */

static int child_parent(const char *number)
{
	return getppid() != atoi(number);
}

/* Its parent is gone soon; then its parent is 1, and it writes that to a file. */
static int child_grandchild(void)
{
	for (int i = 0; i < 500 && getppid() != 1; i++)
		usleep(1000);
	int fd = open("orphan", O_CREAT | O_WRONLY, 0644);
	return fd < 0 || write(fd, getppid() == 1 ? "1" : "?", 1) != 1;
}

static int child_inherits(void)
{
	sigset_t mask;
	struct sigaction action;
	char got[4] = "";

	sigprocmask(SIG_BLOCK, NULL, &mask);
	return !sigismember(&mask, SIGUSR1)                          ? 1
	       : sigismember(&mask, SIGUSR2)                         ? 2
	       : sigaction(SIGUSR2, NULL, &action)                   ? 3
	       : action.sa_handler != SIG_IGN                        ? 4
	       : sigaction(SIGTERM, NULL, &action)                   ? 5
	       : action.sa_handler != SIG_DFL                        ? 6
	       : read(5, got, 2) != 2 || strcmp(got, "cd")           ? 7
	       : fcntl(6, F_GETFD) != -1                             ? 8
	       : !getenv("MARK") || strcmp(getenv("MARK"), "a mark") ? 9
	       : umask(0) != 077                                     ? 10
								     : 0;
}

static int child_prints(void)
{
	char path[256];

	return !getcwd(path, sizeof(path)) || write(1, path, strlen(path)) < 0 ||
	       write(2, "+", 1) != 1 || fcntl(0, F_GETFD) != -1;
}

static int run_child(const char *a, const char *b)
{
	if (!strcmp(a, "exit"))
		return atoi(b);
	if (!strcmp(a, "sleep"))
		return sleep(100) != 0;
	if (!strcmp(a, "parent"))
		return child_parent(b);
	if (!strcmp(a, "orphan"))
		return spawn("grandchild", NULL) < 0;
	if (!strcmp(a, "grandchild"))
		return child_grandchild();
	if (!strcmp(a, "inherits"))
		return child_inherits();
	if (!strcmp(a, "prints"))
		return child_prints();
	if (!strcmp(a, "group"))
		return getpgrp() != (*b == 's' ? getpid() : atoi(b)) ||
		       (*b == 's' && getsid(0) != getpid());
	return 99;
}

/* ---- The tests ---- */

static void ends(void)
{
	int status;

	EXPECT(exits(spawn("exit", "7"), 7) && exits(spawn("exit", "0"), 0));
	FAILS(waitpid(-1, &status, 0), ECHILD);
	FAILS(waitpid(getpid(), &status, 0), ECHILD);
	pid_t child = spawn("sleep", NULL);
	EXPECT(child > 0 && waitpid(child, &status, WNOHANG) == 0);
	EXPECT(kill(child, 0) == 0 && kill(child, SIGTERM) == 0);
	status = status_of(child);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	FAILS(kill(child, 0), ESRCH);
	child = spawn("sleep", NULL);
	EXPECT(kill(child, SIGKILL) == 0 && status_of(child) == SIGKILL);
	char number[16];
	snprintf(number, sizeof(number), "%d", getpid());
	EXPECT(exits(spawn("parent", number), 0));
}

static void many(void)
{
	pid_t children[8];
	int sum = 0, status;

	for (int i = 0; i < 8; i++) {
		char code[4];
		snprintf(code, sizeof(code), "%d", i + 1);
		children[i] = spawn("exit", code);
		EXPECT(children[i] > 0);
	}
	for (int i = 0; i < 8; i++) {
		pid_t child = wait(&status);
		for (int k = 0; k < 8; k++)
			if (child == children[k] && WIFEXITED(status) &&
			    WEXITSTATUS(status) == k + 1)
				sum += k + 1;
	}
	EXPECT(sum == 36 && wait(&status) == -1 && errno == ECHILD);
}

static void ids(void)
{
	siginfo_t info;
	pid_t child = spawn("exit", "3");

	EXPECT(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0 && info.si_pid == child &&
	       info.si_code == CLD_EXITED && info.si_status == 3 && info.si_signo == SIGCHLD);
	EXPECT(waitid(P_ALL, 0, &info, WEXITED) == 0 && info.si_pid == child);
	FAILS(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
	child = spawn("sleep", NULL);
	EXPECT(waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0);
	kill(child, SIGINT);
	EXPECT(waitid(P_PGID, (id_t)getpgrp(), &info, WEXITED) == 0 && info.si_pid == child &&
	       info.si_code == CLD_KILLED && info.si_status == SIGINT);
}

static void defects(void)
{
	pid_t child;
	char *const words[] = {"x", NULL};

	EXPECT(posix_spawn(&child, "/nothing", NULL, NULL, words, environ) == ENOENT);
	EXPECT(posix_spawn(&child, "/boot/system.conf", NULL, NULL, words, environ) == ENOEXEC);
	EXPECT(posix_spawn(&child, "/boot", NULL, NULL, words, environ) == EACCES);
	EXPECT(posix_spawnp(&child, "no-such-program", NULL, NULL, words, environ) == ENOENT);
	EXPECT(posix_spawnp(&child, "hello", NULL, NULL, words, environ) == 0 && exits(child, 0));
	int status = system("exit 3");
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	FAILS(wait(NULL), ECHILD);
}

static void inherits(void)
{
	sigset_t mask, before;
	int fd = open("bytes", O_CREAT | O_RDWR | O_TRUNC, 0644);

	EXPECT(write(fd, "abcdef", 6) == 6 && lseek(fd, 2, SEEK_SET) == 2 && dup2(fd, 5) == 5);
	EXPECT(fcntl(fd, F_DUPFD_CLOEXEC, 6) == 6);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, &before);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGTERM, (void (*)(int))abort);
	setenv("MARK", "a mark", 1);
	mode_t old = umask(077);
	EXPECT(exits(spawn("inherits", NULL), 0));
	umask(old);
	EXPECT(lseek(fd, 0, SEEK_CUR) == 4); /* it is the same open file */
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGUSR2, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	close(5);
	close(6);
	close(fd);
	unlink("bytes");
}

static void actions(void)
{
	posix_spawn_file_actions_t a;
	char got[300] = "", path[256], wanted[300];
	char *words[] = {"children", "prints", NULL};
	int child = 0;

	mkdir("below", 0755);
	posix_spawn_file_actions_init(&a);
	EXPECT(posix_spawn_file_actions_addchdir_np(&a, "below") == 0 &&
	       posix_spawn_file_actions_addopen(
		       &a, 1, "out", O_CREAT | O_WRONLY | O_APPEND, 0644) == 0 &&
	       posix_spawn_file_actions_adddup2(&a, 1, 2) == 0 &&
	       posix_spawn_file_actions_addclose(&a, 0) == 0);
	EXPECT(posix_spawn(&child, SELF, &a, NULL, words, environ) == 0 && exits(child, 0));
	int fd = open("below/out", O_RDONLY);
	EXPECT(fd == 3 && read(fd, got, sizeof(got) - 1) > 0);
	close(fd);
	getcwd(path, sizeof(path));
	snprintf(wanted, sizeof(wanted), "%s/below+", path[1] ? path : "");
	EXPECT(!strcmp(got, wanted));
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_adddup2(&a, 40, 1);
	EXPECT(posix_spawn(&child, SELF, &a, NULL, words, environ) == EBADF);
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_addopen(&a, 1, "nowhere/out", O_WRONLY, 0);
	EXPECT(posix_spawn(&child, SELF, &a, NULL, words, environ) == ENOENT);
	posix_spawn_file_actions_destroy(&a);
	EXPECT(unlink("below/out") == 0 && rmdir("below") == 0);
}

static void attributes(void)
{
	posix_spawnattr_t a;
	char number[16];

	posix_spawnattr_init(&a);
	posix_spawnattr_setflags(&a, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&a, 0);
	pid_t leader = spawn_with(NULL, &a, "sleep", NULL);
	EXPECT(leader > 0 && getpgid(leader) == leader && getpgrp() != leader);
	posix_spawnattr_setpgroup(&a, leader);
	snprintf(number, sizeof(number), "%d", leader);
	EXPECT(exits(spawn_with(NULL, &a, "group", number), 0));
	EXPECT(kill(-leader, SIGTERM) == 0 && status_of(leader) == SIGTERM);
	FAILS(kill(-leader, SIGTERM), ESRCH);
	EXPECT(spawn_with(NULL, &a, "group", number) == -EPERM);
	posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSID);
	EXPECT(exits(spawn_with(NULL, &a, "group", "s"), 0));
	posix_spawnattr_destroy(&a);
}

static void orphans(void)
{
	struct stat s;
	int i, fd;
	char got = 0;

	EXPECT(exits(spawn("orphan", NULL), 0));
	for (i = 0; i < 1000 && stat("orphan", &s); i++)
		usleep(1000);
	fd = open("orphan", O_RDONLY);
	for (i = 0; i < 100 && pread(fd, &got, 1, 0) != 1; i++)
		usleep(1000);
	EXPECT(got == '1');
	close(fd);
	unlink("orphan");
	FAILS(wait(NULL), ECHILD); /* a grandchild does not count */
}

static volatile int ended;

static void on_child(int signal)
{
	ended += signal == SIGCHLD;
}

static void child_signal(void)
{
	pid_t child;

	signal(SIGCHLD, on_child);
	child = spawn("exit", "1");
	EXPECT(exits(child, 1) && ended == 1);
	signal(SIGCHLD, SIG_IGN);
	child = spawn("exit", "1");
	FAILS(waitpid(child, NULL, 0), ECHILD);
	signal(SIGCHLD, SIG_DFL);
}

int main(int count, char **words)
{
	if (count > 1)
		return run_child(words[1], count > 2 ? words[2] : "");
	ends();
	many();
	ids();
	defects();
	inherits();
	actions();
	attributes();
	orphans();
	child_signal();
	return expect_end();
}

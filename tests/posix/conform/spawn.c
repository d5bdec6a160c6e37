/* Making processes that run programs: posix_spawn, exec, system, popen. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conform.h"

#define STATUS "/boot/bin/status"
#define HELLO "/boot/bin/hello"

extern char **environ;

static int status_of(pid_t child)
{
	int status;

	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool text_has(const char *name, const char *wanted)
{
	char text[512];
	int fd = open(name, O_RDONLY);

	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, wanted) != NULL;
}

static void spawning(void)
{
	char *words[] = {"status", "7", NULL}, *hello[] = {"hello", "there", NULL};

	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t set;
	pid_t child = 0;

	HOLDS("posix_spawn", R, "0, and the child's number",
	      posix_spawn(&child, STATUS, NULL, NULL, words, environ) == 0 && child > 0);
	HOLDS("posix_spawn", D, "the program runs with its arguments", status_of(child) == 7);
	RETURNS("posix_spawn", ENOENT, "no such program",
		posix_spawn(&child, "none", NULL, NULL, words, environ));
	HOLDS("posix_spawnp", D, "the program is found in PATH",
	      posix_spawnp(&child, "status", NULL, NULL, words, environ) == 0 &&
		      status_of(child) == 7);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 5, "out", O_WRONLY | O_CREAT, 0600);
	posix_spawn_file_actions_adddup2(&files, 5, 1);
	posix_spawn_file_actions_addclose(&files, 5);
	HOLDS("posix_spawn_file_actions_addopen", D,
	      "the file is open in the child, and dup2 and close follow",
	      posix_spawn(&child, HELLO, &files, NULL, hello, environ) == 0 &&
		      status_of(child) == 0 && text_has("out", "argument 1: there"));
	RETURNS("posix_spawn_file_actions_addclose", EBADF, "a negative descriptor",
		posix_spawn_file_actions_addclose(&files, -1));
	posix_spawn_file_actions_destroy(&files);
	unlink("out");
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attributes, &set);
	posix_spawnattr_setpgroup(&attributes, 0);
	HOLDS("posix_spawnattr_setpgroup", D, "0: a group of its own",
	      posix_spawn(&child, STATUS, NULL, &attributes, words, environ) == 0 &&
		      getpgid(child) == child && status_of(child) == 7);
	posix_spawnattr_destroy(&attributes);
}

static int exec_in_child(void (*act)(void))
{
	pid_t child = fork();

	if (child == 0) {
		act();
		_exit(errno);
	}
	return status_of(child);
}

static void act_execl(void)
{
	execl(STATUS, "status", "9", NULL);
}

static void act_execlp(void)
{
	execlp("status", "status", "10", NULL);
}

static void act_missing(void)
{
	execl("none", "none", NULL);
}

static void act_denied(void)
{
	execl(".", ".", NULL);
}

static void act_text(void)
{
	execl("text", "text", NULL);
}

static void act_script(void)
{
	execl("script", "script", NULL);
}

static void make(const char *name, const char *text)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0755);

	write(fd, text, strlen(text));
	close(fd);
}

static void executing(void)
{
	HOLDS("execl", D, "the program replaces the process", exec_in_child(act_execl) == 9);
	HOLDS("execlp", D, "the program is found in PATH", exec_in_child(act_execlp) == 10);
	HOLDS("execl", E, "ENOENT: no such program", exec_in_child(act_missing) == ENOENT);
	HOLDS("execl", E, "EACCES: a directory", exec_in_child(act_denied) == EACCES);
	make("text", "neither a program nor a script");
	HOLDS("execl", E, "ENOEXEC: the file is of no such kind",
	      exec_in_child(act_text) == ENOEXEC);
	make("script", "#! " STATUS " 11\n");
	HOLDS("execl", D, "a script's interpreter runs it", exec_in_child(act_script) == 11);
	unlink("text");
	unlink("script");
	int p[2], fd = open("f", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	struct stat s;
	pipe(p);
	pid_t child = fork();
	if (child == 0) {
		dup2(p[1], 1);
		close(p[0]);
		close(p[1]);
		execl(HELLO, "hello", NULL);
		_exit(1);
	}
	close(p[1]);
	char text[200];
	ssize_t n = read(p[0], text, sizeof(text));
	HOLDS("execl", D, "descriptors stay open",
	      n > 5 && !memcmp(text, "Hello", 5) && status_of(child) == 0);
	HOLDS("fork", D, "the parent's stay its own", fstat(fd, &s) == 0);
	close(p[0]);
	close(fd);
	unlink("f");
}

void conform_spawn(void)
{
	spawning();
	executing();
}

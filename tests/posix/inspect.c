/* /proc of a program: its own files and its child's; prints each expectation that does not hold, and their number. */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"

static char text[8192];

static size_t content_of(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return n;
}

static bool lists(pid_t process)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	bool found = false;

	while (d && (e = readdir(d)))
		found |= atoi(e->d_name) == process;
	if (d)
		closedir(d);
	return found;
}

static void own(void)
{
	char line[64], state, name[32];
	int process, parent, group;
	unsigned long start, end, here = (unsigned long)&process;
	bool found = false;

	EXPECT(lists(getpid()));
	EXPECT(content_of("/proc/self/cmdline") == sizeof("inspect\0two words"));
	EXPECT(!strcmp(text, "inspect") && !strcmp(text + 8, "two words") &&
	       !strcmp(text + 18, ""));
	snprintf(line, sizeof(line), "/proc/%d/status", getpid());
	EXPECT(content_of(line) > 0 && strstr(text, "Name: inspect\n") &&
	       strstr(text, "Threads: 1\n"));
	EXPECT(content_of("/proc/self/stat") > 0);
	EXPECT(sscanf(text, "%d (%31[^)]) %c %d %d", &process, name, &state, &parent, &group) == 5);
	EXPECT(process == getpid() && parent == getppid() && group == getpgrp() &&
	       !strcmp(name, "inspect"));
	EXPECT(content_of("/proc/self/maps") > 0);
	for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n"))
		if (sscanf(at, "%lx-%lx rw-p", &start, &end) == 2 && start <= here && here < end)
			found = strstr(at, "[stack]");
	EXPECT(found);
	EXPECT(content_of("/proc/selfish") == 0 && content_of("/proc/99/stat") == 0);
}

static void child(void)
{
	char path[64], state = 0;

	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	snprintf(path, sizeof(path), "/proc/%d/stat", child);
	EXPECT(lists(child) && content_of(path) > 0 && strstr(text, "(inspect) "));
	kill(child, SIGSTOP);
	waitpid(child, NULL, WUNTRACED);
	content_of(path);
	EXPECT(sscanf(text, "%*d (%*[^)]) %c", &state) == 1 && state == 'T');
	kill(child, SIGKILL);
	waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT);
	content_of(path);
	EXPECT(sscanf(text, "%*d (%*[^)]) %c", &state) == 1 && state == 'Z');
	waitpid(child, NULL, 0);
	EXPECT(!lists(child) && content_of(path) == 0);
}

int main(void)
{
	own();
	child();
	return expect_end();
}

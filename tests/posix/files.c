/* Files, directories, memory, time and the process itself, by POSIX's functions: prints each expectation that does
 * not hold, and their number. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "expect.h"

static void stdio(void)
{
	char line[64];

	FILE *f = fopen("tmp/text", "w+");

	EXPECT(f);
	if (!f)
		return;
	for (int i = 0; i < 1000; i++)
		EXPECT(fprintf(f, "line %d\n", i) > 0);
	EXPECT(fflush(f) == 0 && ftell(f) == 8890);
	rewind(f);
	for (int i = 0; i < 1000; i++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "line %d\n", i);
		if (!fgets(line, sizeof(line), f) || strcmp(line, wanted)) {
			EXPECT(!"a line comes back");
			break;
		}
	}
	EXPECT(!fgets(line, sizeof(line), f) && feof(f));
	EXPECT(fseek(f, -9, SEEK_END) == 0 && fgets(line, sizeof(line), f) &&
	       !strcmp(line, "line 999\n"));
	EXPECT(fclose(f) == 0);
}

static void descriptors(void)
{
	char got[8] = "";
	struct stat s;
	int fd = open("tmp/bytes", O_RDWR | O_CREAT | O_TRUNC, 0644);

	EXPECT(fd >= 3 && write(fd, "abcdef", 6) == 6 && lseek(fd, 0, SEEK_CUR) == 6);
	EXPECT(pread(fd, got, 3, 2) == 3 && !strcmp(got, "cde") && lseek(fd, 0, SEEK_CUR) == 6);
	EXPECT(pwrite(fd, "XY", 2, 1) == 2 && lseek(fd, 0, SEEK_SET) == 0 &&
	       read(fd, got, 6) == 6 && !memcmp(got, "aXYdef", 6));
	EXPECT(read(fd, got, 6) == 0);
	int second = dup(fd);
	EXPECT(second > fd && lseek(second, 2, SEEK_SET) == 2 && lseek(fd, 0, SEEK_CUR) == 2);
	EXPECT(dup2(fd, 20) == 20 && close(second) == 0 && read(20, got, 1) == 1 && got[0] == 'Y');
	EXPECT(fcntl(20, F_GETFD) == 0 && fcntl(20, F_SETFD, FD_CLOEXEC) == 0 &&
	       fcntl(20, F_GETFD) == FD_CLOEXEC);
	EXPECT(close(20) == 0);
	EXPECT(fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size == 6);
	EXPECT(ftruncate(fd, 2) == 0 && fstat(fd, &s) == 0 && s.st_size == 2);
	EXPECT(close(fd) == 0);
	FAILS(close(fd), EBADF);
	FAILS(read(99, got, 1), EBADF);
	fd = open("tmp/bytes", O_WRONLY | O_APPEND);
	EXPECT(write(fd, "12", 2) == 2 && lseek(fd, 0, SEEK_CUR) == 4);
	FAILS(read(fd, got, 1), EBADF);
	close(fd);
	fd = open("tmp/bytes", O_RDONLY);
	FAILS(write(fd, got, 1), EBADF);
	close(fd);
	FAILS(open("tmp/nothing", O_RDONLY), ENOENT);
	FAILS(open("tmp/bytes/below", O_RDONLY), ENOTDIR);
	FAILS(open("tmp/bytes", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
	FAILS(lseek(1, 0, SEEK_SET), ESPIPE);
	EXPECT(isatty(1) && !isatty(0x30));
}

static int names(const char *path, char *to)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int count = 0;

	*to = 0;
	while (d && (e = readdir(d))) {
		count++;
		if (e->d_name[0] != '.')
			strcat(strcat(to, e->d_name), " ");
	}
	EXPECT(d && closedir(d) == 0);
	return count;
}

static void directories(void)
{
	char all[256], path[256];
	struct stat s;

	EXPECT(mkdir("tmp/dir", 0755) == 0 && stat("tmp/dir", &s) == 0 && S_ISDIR(s.st_mode));
	FAILS(mkdir("tmp/dir", 0755), EEXIST);
	EXPECT(chdir("tmp/dir") == 0 && getcwd(path, sizeof(path)) && strlen(path) >= 8 &&
	       !strcmp(path + strlen(path) - 8, "/tmp/dir"));
	close(open("a", O_CREAT | O_WRONLY, 0600));
	EXPECT(symlink("a", "l") == 0 && readlink("l", path, sizeof(path)) == 1 && path[0] == 'a');
	EXPECT(lstat("l", &s) == 0 && S_ISLNK(s.st_mode) && stat("l", &s) == 0 &&
	       S_ISREG(s.st_mode));
	EXPECT(link("a", "b") == 0 && stat("a", &s) == 0 && s.st_nlink == 2);
	EXPECT(rename("b", "c") == 0 && access("c", F_OK) == 0);
	FAILS(access("b", F_OK), ENOENT);
	EXPECT(names(".", all) == 5 && strstr(all, "a ") && strstr(all, "l ") && strstr(all, "c "));
	int at = open(".", O_RDONLY | O_DIRECTORY);
	EXPECT(at >= 0 && unlinkat(at, "c", 0) == 0 && fstatat(at, "a", &s, 0) == 0);
	FAILS(read(at, all, 1), EISDIR);
	EXPECT(chdir("../..") == 0);
	FAILS(rmdir("tmp/dir"), ENOTEMPTY);
	EXPECT(fchdir(at) == 0 && unlink("a") == 0 && unlink("l") == 0 && chdir("../..") == 0 &&
	       close(at) == 0);
	EXPECT(rmdir("tmp/dir") == 0);
}

static void memory(void)
{
	char *at =
		mmap(NULL, 16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *big = malloc(300000), *more = realloc(big, 600000);

	EXPECT(at != MAP_FAILED && at[5 * 4096] == 0);
	memset(at, 7, 16 * 4096);
	EXPECT(munmap(at + 4096, 4096) == 0 && at[0] == 7 && at[2 * 4096] == 7);
	EXPECT(mmap(at + 4096, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at + 4096);
	EXPECT(at[4096] == 0 && at[0] == 7);
	EXPECT(mprotect(at, 4096, PROT_NONE) == 0 && mprotect(at, 4096, PROT_READ) == 0 &&
	       at[9] == 7);
	FAILS(mprotect(at, 4096, PROT_WRITE | PROT_EXEC), EACCES);
	EXPECT(mmap(NULL, 1ul << 40, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	EXPECT(munmap(at, 16 * 4096) == 0);
	EXPECT(more);
	free(more);
	for (int i = 1; i < 2000; i++) {
		char *p = malloc((size_t)i * 3);
		if (!p)
			EXPECT(!"malloc");
		memset(p, i, (size_t)i * 3);
		free(p);
	}
	int fd = open("tmp/bytes", O_RDONLY);
	at = mmap(NULL, 4, PROT_READ, MAP_PRIVATE, fd, 0);
	EXPECT(at != MAP_FAILED && at[2] == '1');
	close(fd);
}

static int caught;

static void handler(int signal)
{
	caught = signal;
}

static void process(void)
{
	struct timespec before, after, pause = {0, 2000000};
	struct utsname name;

	EXPECT(clock_gettime(CLOCK_MONOTONIC, &before) == 0 && nanosleep(&pause, NULL) == 0 &&
	       clock_gettime(CLOCK_MONOTONIC, &after) == 0);
	EXPECT((after.tv_sec - before.tv_sec) * 1000000000l + after.tv_nsec - before.tv_nsec >=
	       2000000);
	EXPECT(getpid() >= 100 && uname(&name) == 0 && !strcmp(name.sysname, "MicroK"));
	signal(SIGUSR1, handler);
	EXPECT(raise(SIGUSR1) == 0 && caught == SIGUSR1);
	EXPECT(getenv("PATH") && !getenv("NOT_THERE") && setenv("NOT_THERE", "1", 1) == 0 &&
	       getenv("NOT_THERE"));
	EXPECT(strtod("1.5e3", NULL) == 1500.0);
	errno = 0;
	EXPECT(syncfs(1) == -1 && errno == ENOSYS);
}

int main(void)
{
	mkdir("tmp", 0755);
	stdio();
	descriptors();
	directories();
	memory();
	process();
	EXPECT(unlink("tmp/text") == 0 && unlink("tmp/bytes") == 0 && rmdir("tmp") == 0);
	return expect_end();
}

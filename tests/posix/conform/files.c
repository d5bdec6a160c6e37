/* Open files: open, close, read, write and their relatives, attributes. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "conform.h"

static int made(const char *name, const char *content)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	if (fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content))
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static bool content_is(const char *name, const char *wanted)
{
	char got[64];
	int fd = open(name, O_RDONLY);

	ssize_t n = fd < 0 ? -1 : read(fd, got, sizeof(got));

	close(fd);
	return n == (ssize_t)strlen(wanted) && !memcmp(got, wanted, (size_t)n);
}

static void opening(void)
{
	struct stat s;
	int low = dup(1), fd;

	close(low);
	fd = open("new", O_WRONLY | O_CREAT | O_EXCL, 0640);
	HOLDS("open", R, "the descriptor is the lowest that is free", fd == low);
	HOLDS("open", D, "O_CREAT makes the file, with the mode less the mask",
	      fstat(fd, &s) == 0 && (s.st_mode & 07777) == (0640 & ~022));
	HOLDS("open", D, "the offset is at the beginning", lseek(fd, 0, SEEK_CUR) == 0);
	HOLDS("open", D, "FD_CLOEXEC is not set", fcntl(fd, F_GETFD) == 0);
	HOLDS("write", R, "the number of bytes", write(fd, "abc", 3) == 3);
	close(fd);
	FAILS("open", EEXIST, "O_CREAT and O_EXCL, and the file exists",
	      open("new", O_CREAT | O_EXCL | O_WRONLY, 0600));
	FAILS("open", ENOENT, "no such file", open("none", O_RDONLY));
	FAILS("open", ENOENT, "an empty path", open("", O_RDONLY));
	FAILS("open", ENOTDIR, "a part of the path is no directory", open("new/x", O_RDONLY));
	FAILS("open", EISDIR, "a directory, to be written", open(".", O_RDWR));
	FAILS("open", ENOTDIR, "O_DIRECTORY, and it is none", open("new", O_DIRECTORY | O_RDONLY));
	char name[258];
	memset(name, 'n', 256);
	name[256] = 0;
	FAILS("open", ENAMETOOLONG, "a name of 256 bytes", open(name, O_RDONLY));
	symlink("loop", "loop");
	FAILS("open", ELOOP, "symbolic links without end", open("loop", O_RDONLY));
	symlink("new", "link");
	FAILS("open", ELOOP, "O_NOFOLLOW, and a symbolic link",
	      open("link", O_NOFOLLOW | O_RDONLY));
	FAILS("open", EEXIST, "O_EXCL does not follow a symbolic link",
	      open("link", O_CREAT | O_EXCL | O_RDWR, 0600));
	fd = open("new", O_WRONLY | O_TRUNC);
	HOLDS("open", D, "O_TRUNC makes it empty", fstat(fd, &s) == 0 && s.st_size == 0);
	close(fd);
	fd = open("new", O_RDONLY | O_CLOEXEC);
	HOLDS("open", D, "O_CLOEXEC sets FD_CLOEXEC", fcntl(fd, F_GETFD) == FD_CLOEXEC);
	close(fd);
	int at = open(".", O_RDONLY | O_DIRECTORY);
	fd = openat(at, "new", O_RDONLY);
	HOLDS("openat", D, "a path that is relative to the directory of fd", fd >= 0);
	FAILS("openat", ENOTDIR, "fd is of no directory", openat(fd, "new", O_RDONLY));
	FAILS("openat", EBADF, "fd is not open", openat(60, "new", O_RDONLY));
	close(fd);
	close(at);
	fd = creat("new", 0600);
	FAILS("creat", EBADF, "the file is open to be written alone", read(fd, name, 1));
	HOLDS("close", R, "0", close(fd) == 0);
	FAILS("close", EBADF, "fd is not open", close(fd));
	FAILS("close", EBADF, "fd is negative", close(-1));
	unlink("new");
	unlink("link");
	unlink("loop");
}

static void moving(void)
{
	char got[16] = "";
	int fd = made("f", "0123456789");
	struct iovec parts[3] = {{got, 2}, {got + 4, 0}, {got + 8, 3}};

	HOLDS("read", R, "the number of bytes", read(fd, got, 4) == 4 && !memcmp(got, "0123", 4));
	HOLDS("read", D, "the offset moves by as many", lseek(fd, 0, SEEK_CUR) == 4);
	HOLDS("read", D, "a length of 0 returns 0", read(fd, got, 0) == 0);
	HOLDS("read", R, "fewer bytes at the end of the file", read(fd, got, 16) == 6);
	HOLDS("read", D, "0 at the end of the file", read(fd, got, 1) == 0);
	FAILS("read", EBADF, "fd is not open", read(61, got, 1));
	HOLDS("lseek", R, "the offset from the start", lseek(fd, 3, SEEK_SET) == 3);
	HOLDS("lseek", D, "from the end", lseek(fd, -2, SEEK_END) == 8);
	HOLDS("lseek", D, "from here", lseek(fd, -1, SEEK_CUR) == 7);
	HOLDS("lseek", D, "beyond the end, where a write leaves zeroes between",
	      lseek(fd, 12, SEEK_SET) == 12 && write(fd, "x", 1) == 1 &&
		      pread(fd, got, 3, 10) == 3 && !memcmp(got, "\0\0x", 3));
	FAILS("lseek", EINVAL, "a negative offset", lseek(fd, -1, SEEK_SET));
	FAILS("lseek", EINVAL, "whence is none of the three", lseek(fd, 0, 77));
	FAILS("lseek", EBADF, "fd is not open", lseek(61, 0, SEEK_SET));
	lseek(fd, 5, SEEK_SET);
	HOLDS("pread", D, "at an offset, and the file's own stays",
	      pread(fd, got, 2, 1) == 2 && !memcmp(got, "12", 2) && lseek(fd, 0, SEEK_CUR) == 5);
	FAILS("pread", EINVAL, "a negative offset", pread(fd, got, 2, -1));
	HOLDS("pwrite", D, "at an offset, and the file's own stays",
	      pwrite(fd, "AB", 2, 1) == 2 && lseek(fd, 0, SEEK_CUR) == 5 &&
		      pread(fd, got, 4, 0) == 4 && !memcmp(got, "0AB3", 4));
	lseek(fd, 0, SEEK_SET);
	HOLDS("readv", D, "fills part after part",
	      readv(fd, parts, 3) == 5 && !memcmp(got, "0A", 2) && !memcmp(got + 8, "B34", 3));
	FAILS("readv", EINVAL, "a negative count", readv(fd, parts, -1));
	lseek(fd, 0, SEEK_SET);
	HOLDS("writev", D, "writes part after part",
	      writev(fd, parts, 3) == 5 && lseek(fd, 0, SEEK_CUR) == 5);
	close(fd);
	fd = open("f", O_RDONLY);
	FAILS("write", EBADF, "fd is open to be read alone", write(fd, "x", 1));
	FAILS("ftruncate", EINVAL, "fd is open to be read alone", ftruncate(fd, 1));
	close(fd);
	fd = open("f", O_WRONLY | O_APPEND);
	lseek(fd, 0, SEEK_SET);
	HOLDS("write", D, "O_APPEND: at the end, wherever the offset is",
	      write(fd, "end", 3) == 3 && lseek(fd, 0, SEEK_CUR) == 16);
	close(fd);
	unlink("f");
}

static void duplicates(void)
{
	int fd = made("f", "0123456789"), low = dup(fd);

	close(low);
	int second = dup(fd);
	HOLDS("dup", R, "the lowest that is free", second == low);
	HOLDS("dup", D, "both share the offset",
	      lseek(fd, 4, SEEK_SET) == 4 && lseek(second, 0, SEEK_CUR) == 4);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	HOLDS("dup", D, "FD_CLOEXEC is not set in the new one", fcntl(second, F_GETFD) == 0);
	FAILS("dup", EBADF, "fd is not open", dup(61));
	HOLDS("dup2", D, "the number that was asked for", dup2(fd, 30) == 30);
	HOLDS("dup2", D, "the same number stays open",
	      dup2(30, 30) == 30 && fcntl(30, F_GETFD) == 0);
	FAILS("dup2", EBADF, "fd is not open, and the other stays open", dup2(61, 30));
	HOLDS("dup2", D, "that one did stay", lseek(30, 0, SEEK_CUR) == 4);
	FAILS("dup2", EBADF, "a negative number", dup2(fd, -1));
	HOLDS("fcntl", D, "F_DUPFD: the lowest from the number on", fcntl(fd, F_DUPFD, 40) == 40);
	HOLDS("fcntl", D, "F_DUPFD_CLOEXEC: with FD_CLOEXEC",
	      fcntl(fd, F_DUPFD_CLOEXEC, 41) == 41 && fcntl(41, F_GETFD) == FD_CLOEXEC);
	FAILS("fcntl", EINVAL, "F_DUPFD of a negative number", fcntl(fd, F_DUPFD, -1));
	FAILS("fcntl", EBADF, "fd is not open", fcntl(61, F_GETFD));
	HOLDS("fcntl", D, "F_GETFL returns the access mode",
	      (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
	HOLDS("fcntl", D, "F_SETFL sets O_APPEND",
	      fcntl(fd, F_SETFL, O_APPEND) == 0 && fcntl(fd, F_GETFL) & O_APPEND &&
		      lseek(fd, 0, SEEK_SET) == 0 && write(fd, "!", 1) == 1 &&
		      content_is("f", "0123456789!"));
	HOLDS("fcntl", D, "F_SETFL clears O_APPEND, for all that share the description",
	      fcntl(second, F_SETFL, 0) == 0 && !(fcntl(fd, F_GETFL) & O_APPEND) &&
		      lseek(fd, 0, SEEK_SET) == 0 && write(fd, "?", 1) == 1 &&
		      content_is("f", "?123456789!"));
	HOLDS("fcntl", D, "F_SETFL leaves the access mode",
	      fcntl(fd, F_SETFL, O_RDONLY) == 0 && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
	close(fd);
	HOLDS("close", D, "the description stays with its duplicates",
	      lseek(second, 1, SEEK_SET) == 1);
	close(second);
	close(30);
	close(40);
	close(41);
	unlink("f");
}

static void attributes(void)
{
	struct stat s, other;
	int fd = made("f", "0123456789");

	HOLDS("fstat", D, "a regular file with its size",
	      fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size == 10 && s.st_nlink == 1);
	HOLDS("stat", D, "the same file has the same numbers",
	      stat("f", &other) == 0 && s.st_ino == other.st_ino && s.st_dev == other.st_dev);
	FAILS("stat", ENOENT, "no such file", stat("none", &s));
	FAILS("fstat", EBADF, "fd is not open", fstat(61, &s));
	symlink("f", "link");
	HOLDS("lstat", D, "of a symbolic link itself",
	      lstat("link", &s) == 0 && S_ISLNK(s.st_mode) && s.st_size == 1);
	HOLDS("fstatat", D, "AT_SYMLINK_NOFOLLOW: as lstat",
	      fstatat(AT_FDCWD, "link", &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(s.st_mode));
	HOLDS("chmod", D, "the mode's bits",
	      chmod("f", 04711) == 0 && stat("f", &s) == 0 && (s.st_mode & 07777) == 04711);
	HOLDS("fchmod", D, "likewise",
	      fchmod(fd, 0600) == 0 && fstat(fd, &s) == 0 && (s.st_mode & 07777) == 0600);
	HOLDS("ftruncate", D, "shorter", ftruncate(fd, 4) == 0 && content_is("f", "0123"));
	HOLDS("ftruncate", D, "longer, with zeroes",
	      ftruncate(fd, 6) == 0 && fstat(fd, &s) == 0 && s.st_size == 6);
	FAILS("ftruncate", EINVAL, "a negative length", ftruncate(fd, -1));
	HOLDS("truncate", D, "by a path", truncate("f", 1) == 0 && content_is("f", "0"));
	FAILS("truncate", ENOENT, "no such file", truncate("none", 1));
	struct timespec times[2] = {{1000, 5}, {2000, 7}};
	HOLDS("futimens", D, "both times are set",
	      futimens(fd, times) == 0 && fstat(fd, &s) == 0 && s.st_atim.tv_sec == 1000 &&
		      s.st_mtim.tv_sec == 2000);
	times[0].tv_nsec = UTIME_OMIT;
	times[1] = (struct timespec){3000, 0};
	HOLDS("utimensat", D, "UTIME_OMIT leaves a time",
	      utimensat(AT_FDCWD, "f", times, 0) == 0 && stat("f", &s) == 0 &&
		      s.st_atim.tv_sec == 1000 && s.st_mtim.tv_sec == 3000);
	times[0].tv_nsec = 1000000000;
	FAILS("utimensat", EINVAL, "nanoseconds out of range", utimensat(AT_FDCWD, "f", times, 0));
	HOLDS("access", R, "0 for a file that is there", access("f", F_OK) == 0);
	FAILS("access", ENOENT, "no such file", access("none", F_OK));
	HOLDS("umask", R, "the mask before", umask(077) == 022 && umask(022) == 077);
	HOLDS("fsync", R, "0", fsync(fd) == 0);
	HOLDS("fdatasync", R, "0", fdatasync(fd) == 0);
	FAILS("fsync", EBADF, "fd is not open", fsync(61));
	HOLDS("posix_fallocate", D, "the file is at least that long",
	      posix_fallocate(fd, 0, 5000) == 0 && fstat(fd, &s) == 0 && s.st_size == 5000);
	HOLDS("posix_fadvise", R, "0", posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) == 0);
	RETURNS("posix_fadvise", EBADF, "fd is not open", posix_fadvise(61, 0, 0, 0));
	RETURNS("posix_fadvise", EINVAL, "no such advice", posix_fadvise(fd, 0, 0, 99));
	close(fd);
	unlink("f");
	unlink("link");
}

void conform_files(void)
{
	opening();
	moving();
	duplicates();
	attributes();
}

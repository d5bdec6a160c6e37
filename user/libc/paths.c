/*
 * The working directory is a path here, and each call walks from the namespace's directory. DESIGN has it as a
 * capability; then a directory that is renamed stays the working one. lib/namespace walks absolute paths alone so
 * far.
 */
#include "user/libc/paths.h"
#include "lib/microk/startup.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "lib/namespace/namespace.h"
#include "gen/protocols/dir_client.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/self.h"

static char cwd[FILE_PATH_MAX + 1] = "/";
static struct lock cwd_lock;

void paths_begin(void)
{
	if (startup->arguments[0] == '/')
		string_copy(cwd, sizeof(cwd), startup->arguments);
}

void path_cwd(char to[FILE_PATH_MAX + 1])
{
	lock_take(&cwd_lock);
	memcpy(to, cwd, sizeof(cwd));
	lock_give(&cwd_lock);
}

void paths_before_fork(void)
{
	lock_take(&cwd_lock);
}

void paths_after_fork(void)
{
	lock_give(&cwd_lock);
}

/* Appends `path` to the directory in `to`, of `length` bytes. */
static long append(char to[FILE_PATH_MAX + 1], const char *directory, const char *path)
{
	size_t length = strlen(directory), more = strlen(path);
	bool slash = length && directory[length - 1] != '/';

	if (length + slash + more > FILE_PATH_MAX)
		return -ENAMETOOLONG;
	string_copy(to, FILE_PATH_MAX + 1, directory);
	if (slash)
		to[length++] = '/';
	memcpy(to + length, path, more + 1);
	return 0;
}

#define OWN "/proc/self"

/* The calling process's directory in /proc: its server does not know which process looks for a name. */
static long replace_own(char path[FILE_PATH_MAX + 1])
{
	char own[24];
	size_t length = sizeof(OWN) - 1, end = strlen(path);

	if (memcmp(path, OWN, MIN(length, end)) != 0 || end < length ||
	    (path[length] && path[length] != '/'))
		return 0;
	size_t bytes = (size_t)format(own, sizeof(own), "/proc/%u", process_page->process);
	if (end - length + bytes > FILE_PATH_MAX)
		return -ENAMETOOLONG;
	memmove(path + bytes, path + length, end - length + 1);
	memcpy(path, own, bytes);
	return 0;
}

static long absolute_at(long at, const char *path, char to[FILE_PATH_MAX + 1])
{
	if (!path)
		return -EFAULT;
	if (!*path)
		return -ENOENT;
	if (*path == '/')
		return append(to, "", path);
	if (at == AT_FDCWD) {
		lock_take(&cwd_lock);
		long failed = append(to, cwd, path);
		lock_give(&cwd_lock);
		return failed;
	}
	struct open_file *f = descriptor_hold(at);
	if (!f)
		return -EBADF;
	long failed = f->kind != KIND_DIRECTORY ? -ENOTDIR
		      : *f->path                ? append(to, f->path, path)
						: -EOPNOTSUPP;
	descriptor_let_go(f);
	return failed;
}

long path_absolute_at(long at, const char *path, char to[FILE_PATH_MAX + 1])
{
	long failed = absolute_at(at, path, to);

	return failed ? failed : replace_own(to);
}

/* Without ".", ".." and double slashes: the names of a directory that there is. */
static void tidy(char *path)
{
	char *to = path;

	for (const char *from = path; *from;) {
		while (*from == '/')
			from++;
		size_t length = 0;
		while (from[length] && from[length] != '/')
			length++;
		if (length == 2 && from[0] == '.' && from[1] == '.') {
			while (to > path && *--to != '/')
				;
		} else if (length && !(length == 1 && from[0] == '.')) {
			*to++ = '/';
			memmove(to, from, length);
			to += length;
		}
		from += length;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

static long set_cwd(long at, const char *path)
{
	char absolute[FILE_PATH_MAX + 1];
	struct dir_stat_result stat;
	long failed = path_absolute_at(at, path, absolute);

	if (failed)
		return failed;
	enum microk_status status = path_stat(absolute, 0, &stat);
	if (status != OK)
		return error_of(status);
	if (stat.kind != KIND_DIRECTORY)
		return -ENOTDIR;
	tidy(absolute);
	lock_take(&cwd_lock);
	memcpy(cwd, absolute, strlen(absolute) + 1);
	lock_give(&cwd_lock);
	return 0;
}

long call_chdir(const long a[6])
{
	return set_cwd(AT_FDCWD, (const char *)a[0]);
}

long call_fchdir(const long a[6])
{
	return set_cwd(a[0], ".");
}

long call_getcwd(const long a[6])
{
	lock_take(&cwd_lock);
	size_t bytes = strlen(cwd) + 1;
	bool fits = bytes <= (size_t)a[1];
	if (fits)
		memcpy((char *)a[0], cwd, bytes);
	lock_give(&cwd_lock);
	return fits ? (long)bytes : -ERANGE;
}

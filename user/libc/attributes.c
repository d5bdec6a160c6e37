/* Changing the attributes of files, and the file systems that they are on. */
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/paths.h"
#include "user/libc/time.h"

static long set_at(long at, const char *name, struct dir_set_args *args)
{
	char path[FILE_PATH_MAX + 1];
	long failed = path_absolute_at(at, name, path);

	return failed ? failed : error_of(path_set(path, args));
}

static long set_file(long fd, const struct file_set_args *args)
{
	struct open_file *f = descriptor_hold(fd);

	if (!f)
		return -EBADF;
	enum microk_status status = f->local ? ERR_METHOD : file_set(f->cap, args);
	descriptor_let_go(f);
	/* POSIX asks for the owner, not for a descriptor to be written; here the right is the capability's. */
	return status == ERR_RIGHTS ? -EPERM : error_of(status);
}

/* ---- Modes ---- */

static long chmod_at(long at, const char *name, u32 mode)
{
	return set_at(
		at, name, &(struct dir_set_args){.what = SET_MODE, .mode = mode & FILE_MODE_MAX});
}

long call_chmod(const long a[6])
{
	return chmod_at(AT_FDCWD, (const char *)a[0], (u32)a[1]);
}

long call_fchmodat(const long a[6])
{
	return chmod_at(a[0], (const char *)a[1], (u32)a[2]);
}

long call_fchmod(const long a[6])
{
	return set_file(
		a[0], &(struct file_set_args){.what = SET_MODE, .mode = (u32)a[1] & FILE_MODE_MAX});
}

/* ---- Owners: recorded, and no right comes of them ---- */

static u32 owners(u32 user, u32 group)
{
	return (user != ~0u ? SET_OWNER : 0) | (group != ~0u ? SET_GROUP : 0);
}

static long chown_at(long at, const char *name, u32 user, u32 group, u32 flags)
{
	return set_at(at, name,
		      &(struct dir_set_args){.flags = flags,
					     .what = owners(user, group),
					     .owner = user,
					     .group = group});
}

long call_chown(const long a[6])
{
	return chown_at(AT_FDCWD, (const char *)a[0], (u32)a[1], (u32)a[2], 0);
}

long call_lchown(const long a[6])
{
	return chown_at(AT_FDCWD, (const char *)a[0], (u32)a[1], (u32)a[2], AT_NO_FOLLOW);
}

long call_fchown(const long a[6])
{
	u32 user = (u32)a[1], group = (u32)a[2];

	return set_file(a[0], &(struct file_set_args){
				      .what = owners(user, group), .owner = user, .group = group});
}

long call_fchownat(const long a[6])
{
	const char *name = (const char *)a[1];

	if ((a[4] & AT_EMPTY_PATH) && name && !*name)
		return call_fchown((const long[6]){a[0], a[2], a[3]});
	if (a[4] & ~(long)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return chown_at(
		a[0], name, (u32)a[2], (u32)a[3], a[4] & AT_SYMLINK_NOFOLLOW ? AT_NO_FOLLOW : 0);
}

/* ---- Times ---- */

#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe

/* False: not valid. */
static bool time_to_set(const struct timespec *t, u32 bit, u32 *what, i64 *to)
{
	struct timespec now;
	bool is_now = !t || t->nanoseconds == UTIME_NOW;

	if (t && t->nanoseconds == UTIME_OMIT)
		return true;
	if (!is_now && !(t->nanoseconds >= 0 && t->nanoseconds < (i64)BILLION))
		return false;
	call_clock_gettime((const long[6]){0, (long)&now});
	*to = is_now ? now.seconds * (i64)BILLION + now.nanoseconds
		     : t->seconds * (i64)BILLION + t->nanoseconds;
	*what |= bit;
	return true;
}

long call_utimensat(const long a[6])
{
	const struct timespec *times = (const struct timespec *)a[2];
	struct file_set_args set = {0};

	if (!time_to_set(times, SET_ACCESSED, &set.what, &set.accessed) ||
	    !time_to_set(times ? times + 1 : NULL, SET_MODIFIED, &set.what, &set.modified) ||
	    a[3] & ~(long)AT_SYMLINK_NOFOLLOW)
		return -EINVAL;
	if (!set.what)
		return 0;
	if (!a[1])
		return set_file(a[0], &set);
	return set_at(a[0], (const char *)a[1],
		      &(struct dir_set_args){.flags = a[3] ? AT_NO_FOLLOW : 0,
					     .what = set.what,
					     .accessed = set.accessed,
					     .modified = set.modified});
}

/* ---- Length ---- */

long call_truncate(const long a[6])
{
	long fd = call_open((const long[6]){a[0], O_WRONLY});

	if (fd < 0)
		return fd;
	long result = call_ftruncate((const long[6]){fd, a[1]});
	descriptor_close(fd);
	return result;
}

/* ---- File systems (statfs(2)) ---- */

struct statfs {
	u64 type, block_bytes, blocks, free, available, nodes, free_nodes;
	int id[2];
	u64 name_bytes, fragment_bytes, flags, spare[4];
};
#define READ_ONLY 1
#define EXT2_MAGIC 0xef53
#define PROC_MAGIC 0x9fa0

static long stat_system(const char *path, struct statfs *to)
{
	struct dir_statfs_result s;
	enum microk_status status = path_statfs(path, &s);

	if (status != OK)
		return error_of(status);
	*to = (struct statfs){
		.type = strcmp(s.type, "ext2") == 0   ? EXT2_MAGIC
			: strcmp(s.type, "proc") == 0 ? PROC_MAGIC
						      : 0,
		.block_bytes = s.block_bytes,
		.blocks = s.blocks,
		.free = s.free_blocks,
		.available = s.free_blocks,
		.nodes = s.nodes,
		.free_nodes = s.free_nodes,
		.name_bytes = s.name_bytes,
		.fragment_bytes = s.block_bytes,
		.flags = s.read_only ? READ_ONLY : 0};
	return 0;
}

long call_statfs(const long a[6])
{
	char path[FILE_PATH_MAX + 1];
	long failed = path_absolute_at(AT_FDCWD, (const char *)a[0], path);

	return failed ? failed : stat_system(path, (struct statfs *)a[1]);
}

/* By the path at which the file was opened. */
long call_fstatfs(const long a[6])
{
	char path[OPEN_PATH];
	struct open_file *f = descriptor_hold(a[0]);

	if (!f)
		return -EBADF;
	string_copy(path, sizeof(path), f->path);
	descriptor_let_go(f);
	return *path ? stat_system(path, (struct statfs *)a[1]) : -EOPNOTSUPP;
}

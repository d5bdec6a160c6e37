/* Opening files, their attributes and their names. */
#include "gen/protocols/file_client.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/meet.h"
#include "user/libc/paths.h"
#include "user/libc/self.h"

static u32 mask = 022; /* one word: no lock */

void files_begin(void)
{
	mask = process_page->umask & 0777;
}

u32 file_mask(void)
{
	return mask;
}

static u32 flags_of(u32 flags)
{
	u32 access = flags & O_ACCMODE;

	return (access == O_RDONLY ? 0 : OPEN_WRITE) | (access == O_WRONLY ? OPEN_WRITE_ONLY : 0) |
	       (flags & O_CREAT ? OPEN_CREATE : 0) | (flags & O_EXCL ? OPEN_EXCLUSIVE : 0) |
	       (flags & O_TRUNC && access != O_RDONLY ? OPEN_TRUNCATE : 0) |
	       (flags & O_APPEND ? OPEN_APPEND : 0) | (flags & O_DIRECTORY ? OPEN_DIRECTORY : 0) |
	       (flags & O_NOFOLLOW ? OPEN_NO_FOLLOW : 0);
}

/* The terminal that controls the process, if that is the path's and it was given to the process; else 0. */
static cap_t terminal_at(const char *path)
{
	return strcmp(path, NAMESPACE_TERMINAL) == 0 ? grant_find(NAMESPACE_TERMINAL) : 0;
}

static enum microk_status open_path(const char *path, u32 flags, u32 mode, cap_t slot, u32 *kind)
{
	cap_t terminal = terminal_at(path);

	if (!terminal)
		return path_open(path, flags_of(flags), mode & ~mask & FILE_MODE_MAX, slot, kind);
	*kind = KIND_TERMINAL;
	return cnode_copy(
		SLOT_CNODE,
		&(struct cnode_copy){.index = slot,
				     .source_cnode = SLOT_CNODE,
				     .source_index = terminal,
				     .rights = RIGHT_ALL});
}

static long open_at(long at, const char *name, u32 flags, u32 mode)
{
	char path[FILE_PATH_MAX + 1];
	long failed = path_absolute_at(at, name, path);
	cap_t slot = failed ? 0 : slot_alloc();
	u32 kind;

	if (failed)
		return failed;
	if (!slot)
		return -EMFILE;
	enum microk_status status = open_path(path, flags, mode, slot, &kind);
	if (status != OK) {
		slot_free(slot);
		return status == ERR_BUSY ? -ETXTBSY : error_of(status);
	}
	return kind == KIND_PIPE     ? fifo_open((u32)slot, path, flags)
	       : kind != KIND_SOCKET ? descriptor_make(slot, kind, flags, path)
				     : (slot_drop(slot), -ENXIO);
}

long call_open(const long a[6])
{
	return open_at(AT_FDCWD, (const char *)a[0], (u32)a[1], (u32)a[2]);
}

long call_openat(const long a[6])
{
	return open_at(a[0], (const char *)a[1], (u32)a[2], (u32)a[3]);
}

long call_umask(const long a[6])
{
	u32 before = mask;

	mask = (u32)a[0] & 0777;
	return before;
}

/* ---- Attributes ---- */

/* As musl passes it to Linux (arch/x86_64/kstat.h). */
struct kstat {
	u64 device, node, links;
	u32 mode, user, group, pad;
	u64 is_device;
	i64 size, block_bytes, blocks;
	i64 accessed, accessed_ns, modified, modified_ns, changed, changed_ns;
	i64 unused[3];
};

static u32 type_of(u32 kind)
{
	static const u32 types[] = {
		[KIND_FILE] = S_IFREG,  [KIND_DIRECTORY] = S_IFDIR, [KIND_TERMINAL] = S_IFCHR,
		[KIND_PIPE] = S_IFIFO,  [KIND_LINK] = S_IFLNK,      [KIND_CHARACTER] = S_IFCHR,
		[KIND_BLOCK] = S_IFBLK, [KIND_SOCKET] = S_IFSOCK};

	return kind < ARRAY_LEN(types) ? types[kind] : S_IFREG;
}

#define BILLION 1000000000

/* dir.stat and file.stat have the same results. */
static void fill(struct kstat *to, const struct file_stat_result *s)
{
	*to = (struct kstat){
		.device = 1,
		.node = s->node,
		.links = s->links || s->kind == KIND_FILE ? s->links
							  : 1, /* a file without a name has none */
		.mode = type_of(s->kind) | (s->kind == KIND_TERMINAL ? 0620 : s->mode),
		.user = s->owner,
		.group = s->group,
		.size = s->kind == KIND_TERMINAL ? 0 : (i64)s->size,
		.block_bytes = PAGE_SIZE,
		.blocks = (i64)((s->allocated ? s->allocated : s->size) + 511) / 512,
		.accessed = s->accessed / BILLION,
		.accessed_ns = s->accessed % BILLION,
		.modified = s->modified / BILLION,
		.modified_ns = s->modified % BILLION,
		.changed = s->changed / BILLION,
		.changed_ns = s->changed % BILLION};
}

static long stat_at(long at, const char *name, u32 flags, struct kstat *to)
{
	char path[FILE_PATH_MAX + 1];
	struct dir_stat_result s;
	struct file_stat_result of_terminal;
	long failed = path_absolute_at(at, name, path);

	if (failed)
		return failed;
	if (terminal_at(path)) {
		enum microk_status status = file_stat(terminal_at(path), &of_terminal);
		if (status == OK)
			fill(to, &of_terminal);
		return error_of(status);
	}
	enum microk_status status = path_stat(path, flags, &s);
	if (status != OK)
		return error_of(status);
	fill(to,
	     &(struct file_stat_result){
		     .kind = s.kind,
		     .size = s.size,
		     .mode = s.mode,
		     .links = s.links,
		     .owner = s.owner,
		     .group = s.group,
		     .allocated = s.allocated,
		     .node = s.node,
		     .accessed = s.accessed,
		     .modified = s.modified,
		     .changed = s.changed});
	return 0;
}

long call_stat(const long a[6])
{
	return stat_at(AT_FDCWD, (const char *)a[0], 0, (struct kstat *)a[1]);
}

long call_lstat(const long a[6])
{
	return stat_at(AT_FDCWD, (const char *)a[0], AT_NO_FOLLOW, (struct kstat *)a[1]);
}

long call_fstat(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);
	struct file_stat_result s = {.kind = KIND_CHARACTER, .mode = 0600};

	if (!f)
		return -EBADF;
	enum microk_status status = f->local ? OK : file_stat(f->cap, &s);
	descriptor_let_go(f);
	if (status == OK)
		fill((struct kstat *)a[1], &s);
	return error_of(status);
}

long call_newfstatat(const long a[6])
{
	const char *name = (const char *)a[1];

	if ((a[3] & AT_EMPTY_PATH) && name && !*name)
		return call_fstat((const long[6]){a[0], a[2]});
	return stat_at(
		a[0], name, a[3] & AT_SYMLINK_NOFOLLOW ? AT_NO_FOLLOW : 0, (struct kstat *)a[2]);
}

/* A program has the rights that its namespace gives, which only the use of a file shows: here it is whether there is one. */
static long access_at(long at, const char *name)
{
	struct kstat there;

	return stat_at(at, name, 0, &there);
}

long call_access(const long a[6])
{
	return access_at(AT_FDCWD, (const char *)a[0]);
}

long call_faccessat(const long a[6])
{
	return access_at(a[0], (const char *)a[1]);
}

long call_faccessat2(const long a[6])
{
	return a[3] & ~(long)(AT_EACCESS | AT_SYMLINK_NOFOLLOW) ? -EINVAL : call_faccessat(a);
}

/* ---- Names ---- */

static long mkdir_at(long at, const char *name, u32 mode)
{
	char path[FILE_PATH_MAX + 1];
	long failed = path_absolute_at(at, name, path);

	return failed ? failed : error_of(path_mkdir(path, mode & ~mask & FILE_MODE_MAX));
}

long call_mkdir(const long a[6])
{
	return mkdir_at(AT_FDCWD, (const char *)a[0], (u32)a[1]);
}

long call_mkdirat(const long a[6])
{
	return mkdir_at(a[0], (const char *)a[1], (u32)a[2]);
}

static bool ends_in_dot(const char *path)
{
	size_t length = strlen(path);

	return length && path[length - 1] == '.' && (length == 1 || path[length - 2] == '/');
}

static long unlink_at(long at, const char *name, u32 flags)
{
	char path[FILE_PATH_MAX + 1];
	long failed = path_absolute_at(at, name, path);

	if (!failed && flags & AT_DIRECTORY && ends_in_dot(path))
		return -EINVAL; /* POSIX, rmdir */

	return failed ? failed : error_of(path_unlink(path, flags));
}

long call_unlink(const long a[6])
{
	return unlink_at(AT_FDCWD, (const char *)a[0], 0);
}

long call_rmdir(const long a[6])
{
	return unlink_at(AT_FDCWD, (const char *)a[0], AT_DIRECTORY);
}

long call_unlinkat(const long a[6])
{
	if (a[2] & ~(long)AT_REMOVEDIR)
		return -EINVAL;
	return unlink_at(a[0], (const char *)a[1], a[2] ? AT_DIRECTORY : 0);
}

/* Makes both paths absolute, and acts on them. */
static long with_two(long at, const char *name, long to_at, const char *to_name,
		     enum microk_status (*act)(const char *from, const char *to, u32 flags),
		     u32 flags)
{
	char from[FILE_PATH_MAX + 1], to[FILE_PATH_MAX + 1];
	long failed = path_absolute_at(at, name, from);

	if (!failed)
		failed = path_absolute_at(to_at, to_name, to);
	return failed ? failed : error_of(act(from, to, flags));
}

static enum microk_status act_link(const char *from, const char *to, u32 flags)
{
	(void)flags;
	return path_link(from, to);
}

long call_rename(const long a[6])
{
	return with_two(AT_FDCWD, (const char *)a[0], AT_FDCWD, (const char *)a[1], path_rename, 0);
}

long call_renameat(const long a[6])
{
	return with_two(a[0], (const char *)a[1], a[2], (const char *)a[3], path_rename, 0);
}

long call_renameat2(const long a[6])
{
	if (a[4] & ~1L) /* RENAME_NOREPLACE */
		return -EINVAL;
	return with_two(a[0], (const char *)a[1], a[2], (const char *)a[3], path_rename,
			a[4] ? AT_EXCLUSIVE : 0);
}

long call_link(const long a[6])
{
	return with_two(AT_FDCWD, (const char *)a[0], AT_FDCWD, (const char *)a[1], act_link, 0);
}

/* The file that a symbolic link names: a link's content takes the place of its name. */
static long follow(char path[FILE_PATH_MAX + 1])
{
	struct dir_stat_result s;
	struct dir_readlink_result to;
	enum microk_status status;

	for (u32 links = 0; links < DIR_LINKS_MAX; links++) {
		if ((status = path_stat(path, AT_NO_FOLLOW, &s)) != OK || s.kind != KIND_LINK)
			return error_of(status);
		if ((status = path_readlink(path, &to)) != OK)
			return error_of(status);
		char *name = strrchr(path, '/');
		name = to.target[0] == '/' ? path : name + 1;
		if ((u64)(name - path) + strlen(to.target) > FILE_PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(name, to.target, strlen(to.target) + 1);
	}
	return -ELOOP;
}

long call_linkat(const long a[6])
{
	char path[FILE_PATH_MAX + 1];

	if (a[4] & ~(long)AT_SYMLINK_FOLLOW)
		return -EINVAL;
	if (a[4]) {
		long failed = path_absolute_at(a[0], (const char *)a[1], path);

		if (!failed)
			failed = follow(path);
		return failed ? failed
			      : with_two(AT_FDCWD, path, a[2], (const char *)a[3], act_link, 0);
	}
	return with_two(a[0], (const char *)a[1], a[2], (const char *)a[3], act_link, 0);
}

static long symlink_at(const char *target, long at, const char *name)
{
	char path[FILE_PATH_MAX + 1];
	long failed = path_absolute_at(at, name, path);

	return failed ? failed : error_of(path_symlink(target, path));
}

long call_symlink(const long a[6])
{
	return symlink_at((const char *)a[0], AT_FDCWD, (const char *)a[1]);
}

long call_symlinkat(const long a[6])
{
	return symlink_at((const char *)a[0], a[1], (const char *)a[2]);
}

static long readlink_at(long at, const char *name, char *to, u64 bytes)
{
	char path[FILE_PATH_MAX + 1];
	struct dir_readlink_result got;
	long failed = path_absolute_at(at, name, path);

	if (failed)
		return failed;
	enum microk_status status = path_readlink(path, &got);
	if (status != OK)
		return error_of(status);
	u64 length = MIN(strlen(got.target), bytes);
	memcpy(to, got.target, length);
	return (long)length;
}

long call_readlink(const long a[6])
{
	return readlink_at(AT_FDCWD, (const char *)a[0], (char *)a[1], (u64)a[2]);
}

long call_readlinkat(const long a[6])
{
	return readlink_at(a[0], (const char *)a[1], (char *)a[2], (u64)a[3]);
}

long call_sync(const long a[6])
{
	(void)a;
	return error_of(path_sync());
}

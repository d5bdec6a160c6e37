#include "user/libc/descriptors.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "protocols/process.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"

static struct open_file files[DESCRIPTORS];
static struct {
	struct open_file *file; /* NULL: closed */
	bool closes;            /* at exec */
} descriptors[DESCRIPTORS];
static u32 serial; /* of the last one */
void (*descriptor_closing)(struct open_file *f);
static struct lock table; /* of both, but for an open file's fields other than its uses */

/* With the lock. */
static struct open_file *find(long fd)
{
	return fd >= 0 && fd < DESCRIPTORS ? descriptors[fd].file : NULL;
}

struct open_file *descriptor_hold(long fd)
{
	lock_take(&table);
	struct open_file *f = find(fd);
	if (f)
		f->refs++;
	lock_give(&table);
	return f;
}

bool descriptor_hold_file(struct open_file *f, u32 serial)
{
	lock_take(&table);
	bool there = f->refs && f->serial == serial;
	if (there)
		f->refs++;
	lock_give(&table);
	return there;
}

/* Ended with the last use, outside of the lock: a server may be asked. */
struct ending {
	cap_t cap;
	void (*end)(void *list);
	void *list;
};

/* With the lock. */
static struct ending use_less(struct open_file *f)
{
	struct ending none = {0};

	if (--f->refs)
		return none;
	return (struct ending){f->cap, f->local ? f->local->end : NULL, f->list};
}

static void finish(const struct ending *e)
{
	slot_drop(e->cap);
	if (e->end)
		e->end(e->list);
}

void descriptor_let_go(struct open_file *f)
{
	lock_take(&table);
	struct ending e = use_less(f);
	lock_give(&table);
	finish(&e);
}

/* With the lock. */
static long find_free(long least)
{
	for (long fd = MAX(least, 0L); fd < DESCRIPTORS; fd++)
		if (!descriptors[fd].file)
			return fd;
	return -EMFILE;
}

static long make(const struct open_file *content, const char *path)
{
	long made = -EMFILE;

	lock_take(&table);
	long fd = find_free(0);
	for (struct open_file *f = files; fd >= 0 && made < 0 && f < files + DESCRIPTORS; f++) {
		if (f->refs)
			continue;
		*f = *content;
		f->refs = 1;
		f->serial = ++serial;
		if (path && !string_copy(f->path, sizeof(f->path), path))
			f->path[0] = '\0';
		descriptors[fd].file = f;
		descriptors[fd].closes = content->flags & O_CLOEXEC;
		made = fd;
	}
	lock_give(&table);
	return made;
}

long descriptor_make(cap_t cap, u32 kind, u32 flags, const char *path)
{
	long fd = make(&(struct open_file){.cap = cap, .kind = kind, .flags = flags}, path);

	if (fd < 0)
		slot_drop(cap);
	return fd;
}

long descriptor_make_local(const struct open_file *content)
{
	return make(content, NULL);
}

/* Before a descriptor is closed: the server is asked outside of the lock. */
static void unlock(long fd)
{
	struct open_file *f = descriptor_closing ? descriptor_hold(fd) : NULL;

	if (!f)
		return;
	descriptor_closing(f);
	descriptor_let_go(f);
}

long descriptor_close(long fd)
{
	struct ending e = {0};

	unlock(fd);

	lock_take(&table);
	struct open_file *f = find(fd);
	if (f) {
		descriptors[fd].file = NULL;
		e = use_less(f);
	}
	lock_give(&table);
	if (!f)
		return -EBADF;
	finish(&e);
	return 0;
}

static u32 kind_of(cap_t cap)
{
	struct file_stat_result stat;

	return file_stat(cap, &stat) == OK ? stat.kind : KIND_FILE;
}

/* By the capability's rights. */
static u32 access_of(cap_t cap)
{
	struct cnode_describe_result d;

	if (cnode_describe(SLOT_CNODE, cap, &d) != OK)
		return O_RDWR;
	return !(d.rights & FILE_RIGHT_WRITE) ? O_RDONLY
	       : d.rights & FILE_RIGHT_READ   ? O_RDWR
					      : O_WRONLY;
}

long descriptor_adopt(cap_t cap, u32 flags)
{
	return descriptor_make(cap, kind_of(cap), flags | access_of(cap), NULL);
}

void descriptors_begin(void)
{
	for (u32 i = 0; i < startup->count && i < STARTUP_MAX; i++) {
		const struct startup_entry *e = &startup->entries[i];
		u64 fd;

		if (!e->slot || !string_number(e->name, &fd) || fd >= DESCRIPTORS)
			continue;
		serial++;
		files[fd] = (struct open_file){
			.cap = e->slot,
			.refs = 1,
			.kind = e->pages ? e->pages - 1 : kind_of(e->slot),
			.flags = e->pages ? (u32)e->address & ~O_CLOEXEC : access_of(e->slot),
			.serial = serial};
		descriptors[fd].file = &files[fd];
	}
}

/* ---- Of other programs, and of children ---- */

void descriptors_hold_for_program(struct open_file *held[DESCRIPTORS], u64 *closes)
{
	*closes = 0;
	lock_take(&table);
	for (u32 fd = 0; fd < DESCRIPTORS; fd++) {
		struct open_file *f = held[fd] = descriptors[fd].file;

		if (!f)
			continue;
		f->refs++;
		if (descriptors[fd].closes)
			*closes |= 1ul << fd;
	}
	lock_give(&table);
}

void descriptors_before_fork(void)
{
	lock_take(&table);
}

/* The uses by calls of other threads, and their locks, are not in the child; nor do servers signal the child's threads. */
static void settle(struct open_file *f, u32 refs)
{
	bool ends = f->refs && !refs;

	f->refs = refs;
	f->lock = (struct lock){0};
	f->watched = f->watcher = 0;
	if (!ends)
		return;
	slot_drop(f->cap);
	if (f->local && f->local->end)
		f->local->end(f->list);
}

void descriptors_after_fork(bool child)
{
	u32 refs[DESCRIPTORS] = {0};

	lock_give(&table);
	for (u32 fd = 0; child && fd < DESCRIPTORS; fd++)
		if (descriptors[fd].file)
			refs[descriptors[fd].file - files]++;
	for (u32 i = 0; child && i < DESCRIPTORS; i++)
		settle(&files[i], refs[i]);
}

/* ---- Calls ---- */

long call_close(const long a[6])
{
	return descriptor_close(a[0]);
}

long descriptor_duplicate(long fd, long to, long least, bool closes)
{
	struct ending e = {0};
	long result = -EBADF;

	if (to >= DESCRIPTORS)
		return -EBADF;
	if (to >= 0 && to != fd)
		unlock(to);
	lock_take(&table);
	struct open_file *f = find(fd);
	if (f)
		result = to < 0 ? find_free(least) : to;
	if (result >= 0 && !(to >= 0 && to == fd)) {
		f->refs++;
		if (descriptors[result].file)
			e = use_less(descriptors[result].file);
		descriptors[result].file = f;
		descriptors[result].closes = closes;
	}
	lock_give(&table);
	finish(&e);
	return result;
}

long call_dup(const long a[6])
{
	return descriptor_duplicate(a[0], -1, 0, false);
}

long call_dup2(const long a[6])
{
	return a[1] < 0 ? -EBADF : descriptor_duplicate(a[0], a[1], 0, false);
}

long call_dup3(const long a[6])
{
	if (a[0] == a[1] || (a[2] & ~(long)O_CLOEXEC))
		return -EINVAL;
	return a[1] < 0 ? -EBADF : descriptor_duplicate(a[0], a[1], 0, a[2] & O_CLOEXEC);
}

bool descriptor_closes(long fd)
{
	return descriptors[fd].closes;
}

void descriptor_set_closes(long fd, bool closes)
{
	descriptors[fd].closes = closes;
}

#include "user/libc/descriptors.h"
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

struct open_file *descriptor_find(long fd)
{
	return fd >= 0 && fd < DESCRIPTORS ? descriptors[fd].file : NULL;
}

static long find_free(long least)
{
	for (long fd = MAX(least, 0L); fd < DESCRIPTORS; fd++)
		if (!descriptors[fd].file)
			return fd;
	return -EMFILE;
}

long descriptor_make(cap_t cap, u32 kind, u32 flags, long least)
{
	long fd = find_free(least);

	for (struct open_file *f = files; fd >= 0 && f < files + DESCRIPTORS; f++) {
		if (f->refs)
			continue;
		*f = (struct open_file){.cap = cap, .refs = 1, .kind = kind, .flags = flags};
		descriptors[fd].file = f;
		descriptors[fd].closes = flags & O_CLOEXEC;
		return fd;
	}
	slot_drop(cap);
	return -EMFILE;
}

bool descriptor_closes(long fd)
{
	return descriptors[fd].closes;
}

long descriptor_close(long fd)
{
	struct open_file *f = descriptor_find(fd);

	if (!f)
		return -EBADF;
	descriptors[fd].file = NULL;
	if (--f->refs == 0)
		slot_drop(f->cap);
	return 0;
}

void descriptors_begin(void)
{
	for (u32 i = 0; i < startup->count && i < STARTUP_MAX; i++) {
		const struct startup_entry *e = &startup->entries[i];
		struct file_stat_result stat;
		u64 fd;

		if (!e->slot || !string_number(e->name, &fd) || fd >= DESCRIPTORS)
			continue;
		u32 kind = e->pages                          ? e->pages - 1
			   : file_stat(e->slot, &stat) == OK ? stat.kind
							     : KIND_FILE;
		files[fd] = (struct open_file){
			.cap = e->slot,
			.refs = 1,
			.kind = kind,
			.flags = e->pages ? (u32)e->address & ~O_CLOEXEC : O_RDWR};
		descriptors[fd].file = &files[fd];
	}
}

long call_close(const long a[6])
{
	return descriptor_close(a[0]);
}

static long duplicate(long fd, long to, bool closes)
{
	struct open_file *f = descriptor_find(fd);

	if (!f)
		return -EBADF;
	if (to < 0 || to >= DESCRIPTORS)
		return to < 0 ? to : -EBADF;
	if (descriptors[to].file)
		descriptor_close(to);
	f->refs++;
	descriptors[to].file = f;
	descriptors[to].closes = closes;
	return to;
}

long call_dup(const long a[6])
{
	return duplicate(a[0], descriptor_find(a[0]) ? find_free(0) : -EBADF, false);
}

long call_dup2(const long a[6])
{
	if (a[0] == a[1])
		return descriptor_find(a[0]) ? a[1] : -EBADF;
	return duplicate(a[0], a[1] < 0 ? -EBADF : a[1], false);
}

long call_dup3(const long a[6])
{
	if (a[0] == a[1] || (a[2] & ~(long)O_CLOEXEC))
		return -EINVAL;
	return duplicate(a[0], a[1] < 0 ? -EBADF : a[1], a[2] & O_CLOEXEC);
}

long call_fcntl(const long a[6])
{
	struct open_file *f = descriptor_find(a[0]);

	if (!f)
		return -EBADF;
	switch (a[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (a[2] < 0 || a[2] >= DESCRIPTORS)
			return -EINVAL;
		return duplicate(a[0], find_free(a[2]), a[1] == F_DUPFD_CLOEXEC);
	case F_GETFD: return descriptors[a[0]].closes;
	case F_SETFD: descriptors[a[0]].closes = a[2] & 1; return 0;
	case F_GETFL: return f->flags & (O_ACCMODE | O_APPEND);
	default: return -EINVAL;
	}
}

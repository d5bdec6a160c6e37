/* fcntl(2). */
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "protocols/pipe.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/locks.h"

/* Of a pipe, its server waits or not; of any other, this library. */
static long set_flags(struct open_file *f, u32 flags)
{
	u32 kept = f->flags & ~(O_NONBLOCK | O_APPEND);
	bool appends = f->kind == KIND_FILE && (f->flags & O_ACCMODE) != O_RDONLY;

	if (f->kind == KIND_PIPE || f->kind == KIND_SOCKET) {
		enum microk_status status =
			pipe_flags(f->cap, flags & O_NONBLOCK ? PIPE_NO_WAIT : 0);
		if (status != OK)
			return error_of(status);
	}
	/* Always: another process that shares the description may have changed it. */
	if (appends) {
		enum microk_status status = file_flags(f->cap, flags & O_APPEND ? OPEN_APPEND : 0);
		if (status != OK)
			return error_of(status);
	}
	f->flags = kept | (flags & (O_NONBLOCK | O_APPEND));
	return 0;
}

static long change(struct open_file *f, const long a[6])
{
	switch (a[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (a[2] < 0 || a[2] >= DESCRIPTORS)
			return -EINVAL;
		return descriptor_duplicate(a[0], -1, a[2], a[1] == F_DUPFD_CLOEXEC);
	case F_GETFD: return descriptor_closes(a[0]);
	case F_SETFD: descriptor_set_closes(a[0], a[2] & 1); return 0;
	case F_GETFL: return f->flags & (O_ACCMODE | O_APPEND | O_NONBLOCK);
	case F_SETFL: return set_flags(f, (u32)a[2]);
	default: return locks_change(f, a[1], (void *)a[2]);
	}
}

long call_fcntl(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);

	if (!f)
		return -EBADF;
	long result = change(f, a);
	descriptor_let_go(f);
	return result;
}

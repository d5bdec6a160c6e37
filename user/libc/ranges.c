/* Ranges of files and of descriptors. */
#include "gen/protocols/file_client.h"
#include "lib/microk/util.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"

/* ---- posix_fallocate, posix_fadvise ---- */

/* The length alone: space on the disk is taken when it is written, so a later write can still fail with ENOSPC. */
static long lengthen(struct open_file *f, i64 end)
{
	struct file_stat_result s;

	if ((f->flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	if (f->kind != KIND_FILE)
		return f->kind == KIND_PIPE ? -ESPIPE : -ENODEV;
	enum microk_status status = file_stat(f->cap, &s);
	if (status == OK && s.size < (u64)end)
		status = file_truncate(f->cap, (u64)end);
	return error_of(status);
}

long call_fallocate(const long a[6])
{
	i64 end;

	if (a[1])
		return -EOPNOTSUPP;
	if (a[2] < 0 || a[3] <= 0)
		return -EINVAL;
	if (__builtin_add_overflow(a[2], a[3], &end))
		return -EFBIG;
	struct open_file *f = descriptor_hold(a[0]);
	if (!f)
		return -EBADF;
	long result = lengthen(f, end);
	descriptor_let_go(f);
	return result;
}

#define ADVICE_MOST 5

/* Advice: the page cache of vfs reads ahead by itself. */
long call_fadvise64(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);
	long result =
		!f                                               ? -EBADF
		: f->kind == KIND_PIPE || f->kind == KIND_SOCKET ? -ESPIPE
		: a[2] < 0 || a[3] < 0 || a[3] > ADVICE_MOST
			? -EINVAL
			: 0;

	if (f)
		descriptor_let_go(f);
	return result;
}

/* ---- sendfile, copy_file_range ---- */

#define PART 4096u

/* *at: NULL: at the description's offset. */
static long move(long fd, long *at, u8 *bytes, long count, bool writes)
{
	const long here[6] = {fd, (long)bytes, count, at ? *at : 0};
	long moved = writes ? at ? call_pwrite64(here) : call_write(here)
		     : at ? call_pread64(here)
			    : call_read(here);

	if (at && moved > 0)
		*at += moved;
	return moved;
}

/* A part that could not be written is read again by the next call: the offset of the bytes that were read goes back. */
static long copy(long from, long *from_at, long to, long *to_at, u64 bytes)
{
	u8 part[PART];
	u64 done = 0;
	long got = 0, put = 0;

	while (done < bytes) {
		got = move(from, from_at, part, (long)MIN(bytes - done, (u64)PART), false);
		if (got <= 0)
			break;
		put = move(to, to_at, part, got, true);
		done += (u64)MAX(put, 0L);
		if (put == got)
			continue;
		long rest = got - MAX(put, 0L);
		if (from_at)
			*from_at -= rest;
		else
			call_lseek((const long[6]){from, -rest, SEEK_FROM_HERE});
		break;
	}
	return done ? (long)done : got < 0 ? got : put;
}

long call_sendfile(const long a[6])
{
	return copy(a[1], (long *)a[2], a[0], NULL, (u64)a[3]);
}

long call_copy_file_range(const long a[6])
{
	return a[5] ? -EINVAL : copy(a[0], (long *)a[1], a[2], (long *)a[3], (u64)a[4]);
}

/* ---- close_range ---- */

#define CLOSE_ON_EXEC 4

long call_close_range(const long a[6])
{
	u32 last = (u32)a[1];

	if ((u32)a[0] > last || a[2] & ~(long)CLOSE_ON_EXEC)
		return -EINVAL;
	for (u32 fd = (u32)a[0]; fd <= MIN(last, DESCRIPTORS - 1); fd++)
		if (a[2])
			call_fcntl((const long[6]){fd, F_SETFD, 1});
		else
			descriptor_close(fd);
	return 0;
}

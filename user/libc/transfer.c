/* Reading and writing by descriptors. */
#include "gen/protocols/file_client.h"
#include "lib/microk/string.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/signals.h"
#include "user/libc/waiting.h"

/* A regular file's requests are not ended: they wait for no other program. */
static bool may_wait(const struct open_file *f)
{
	return f->kind != KIND_FILE && f->kind != KIND_DIRECTORY;
}

static enum microk_status read_some(struct open_file *f, u64 bytes, struct file_read_result *got)
{
	u32 size = (u32)MIN(bytes, (u64)FILE_DATA_MAX);
	struct file_stat_result now;

	if (!may_wait(f))
		return file_read(f->cap, size, got);
	if (f->kind == KIND_TERMINAL && f->flags & O_NONBLOCK && file_stat(f->cap, &now) == OK &&
	    now.size == 0)
		return ERR_WOULD_BLOCK;
	if (!wait_begin())
		return ERR_CANCELLED;
	enum microk_status status = file_read(f->cap, size, got);
	wait_end();
	return status;
}

/* A device that gives bytes at once, as /dev/zero does, is read as a regular file: dd counts whole blocks. */
static bool gives_all(const struct open_file *f)
{
	return !may_wait(f) || f->kind == KIND_CHARACTER;
}

/* These are read until there is no more, anything else until there is something. */
static long read_all(struct open_file *f, u8 *to, u64 bytes)
{
	u64 done = 0;

	if (f->local)
		return f->local->read(f, to, bytes);
	while (done < bytes) {
		struct file_read_result got;
		enum microk_status status = read_some(f, bytes - done, &got);

		if (status != OK)
			return done ? (long)done : error_of(status);
		memcpy(to + done, got.data, got.data_length);
		done += got.data_length;
		if (got.data_length == 0 || !gives_all(f))
			break;
	}
	__atomic_fetch_add(&f->came, done, __ATOMIC_RELAXED);
	return (long)done;
}

static enum microk_status write_some(struct open_file *f, const u8 *from, u64 bytes,
				     struct file_write_result *put)
{
	bool waits = may_wait(f);

	if (waits && !wait_begin())
		return ERR_CANCELLED;
	enum microk_status status = file_write(f->cap, from, MIN(bytes, (u64)FILE_DATA_MAX), put);
	if (waits)
		wait_end();
	return status;
}

static long write_all(struct open_file *f, const u8 *from, u64 bytes)
{
	u64 done = 0;
	enum microk_status status = OK;

	if (f->local)
		return f->local->write(f, from, bytes);
	while (done < bytes) {
		struct file_write_result put;

		status = write_some(f, from + done, bytes - done, &put);
		if (status != OK || put.written == 0)
			break;
		done += put.written;
	}
	__atomic_fetch_add(&f->went, done, __ATOMIC_RELAXED);
	if (status == ERR_BROKEN && !done)
		(void)signal_send_self(SIGPIPE);
	return done ? (long)done : error_of(status);
}

static struct open_file *for_reading(long fd, long *failed)
{
	struct open_file *f = descriptor_hold(fd);

	*failed = !f || (f->flags & O_ACCMODE) == O_WRONLY ? -EBADF
		  : f->kind == KIND_DIRECTORY              ? -EISDIR
							   : 0;
	return f;
}

static struct open_file *for_writing(long fd, long *failed)
{
	struct open_file *f = descriptor_hold(fd);

	*failed = !f || (f->flags & O_ACCMODE) == O_RDONLY ? -EBADF : 0;
	return f;
}

/* After a call, with its result. */
static long done(struct open_file *f, long result)
{
	if (f)
		descriptor_let_go(f);
	return result;
}

long call_read(const long a[6])
{
	long failed;
	struct open_file *f = for_reading(a[0], &failed);

	return done(f, failed ? failed : read_all(f, (u8 *)a[1], (u64)a[2]));
}

long call_write(const long a[6])
{
	long failed;
	struct open_file *f = for_writing(a[0], &failed);

	return done(f, failed ? failed : write_all(f, (const u8 *)a[1], (u64)a[2]));
}

struct iovec {
	u8 *base;
	u64 bytes;
};

static long each_part(struct open_file *f, const long a[6],
		      long (*move)(struct open_file *f, u8 *at, u64 bytes))
{
	const struct iovec *part = (const struct iovec *)a[1];
	long total = 0;

	if (a[2] < 0 || a[2] > 1024)
		return -EINVAL;
	for (long i = 0; i < a[2]; i++) {
		if (!part[i].bytes)
			continue;
		long moved = move(f, part[i].base, part[i].bytes);
		if (moved < 0)
			return total ? total : moved;
		total += moved;
		if ((u64)moved < part[i].bytes)
			break;
	}
	return total;
}

static long move_out(struct open_file *f, u8 *from, u64 bytes)
{
	return write_all(f, from, bytes);
}

/* Parts that fit into one message are written by one, so that no other writer's bytes come between them: printf writes a line in
 * two parts. */
static bool gather(const struct iovec *part, long count, u8 to[FILE_DATA_MAX], u64 *bytes)
{
	*bytes = 0;
	if (count < 0 || count > 1024)
		return false;
	for (long i = 0; i < count; i++) {
		if (part[i].bytes > FILE_DATA_MAX - *bytes)
			return false;
		memcpy(to + *bytes, part[i].base, part[i].bytes);
		*bytes += part[i].bytes;
	}
	return true;
}

static long write_parts(struct open_file *f, const long a[6])
{
	u8 together[FILE_DATA_MAX];
	u64 bytes;

	return gather((const struct iovec *)a[1], a[2], together, &bytes)
		       ? write_all(f, together, bytes)
		       : each_part(f, a, move_out);
}

long call_readv(const long a[6])
{
	long failed;
	struct open_file *f = for_reading(a[0], &failed);

	return done(f, failed ? failed : each_part(f, a, read_all));
}

long call_writev(const long a[6])
{
	long failed;
	struct open_file *f = for_writing(a[0], &failed);

	return done(f, failed ? failed : write_parts(f, a));
}

/* ---- At an offset ---- */

static bool has_offset(const struct open_file *f)
{
	return f->kind == KIND_FILE || f->kind == KIND_BLOCK || f->kind == KIND_CHARACTER;
}

static long read_at(struct open_file *f, u8 *to, u64 bytes, u64 offset)
{
	u64 moved = 0;

	while (moved < bytes) {
		struct file_read_at_result got;
		enum microk_status status = file_read_at(
			f->cap,
			&(struct file_read_at_args){
				.offset = offset + moved,
				.size = (u32)MIN(bytes - moved, (u64)FILE_DATA_AT_MAX)},
			&got);

		if (status != OK)
			return moved ? (long)moved : error_of(status);
		if (got.data_length == 0)
			break;
		memcpy(to + moved, got.data, got.data_length);
		moved += got.data_length;
	}
	return (long)moved;
}

static long write_at(struct open_file *f, const u8 *from, u64 bytes, u64 offset)
{
	u64 moved = 0;

	while (moved < bytes) {
		struct file_write_at_result put;
		enum microk_status status = file_write_at(
			f->cap,
			&(struct file_write_at_args){
				.offset = offset + moved,
				.data = from + moved,
				.data_length = MIN(bytes - moved, (u64)FILE_DATA_AT_MAX)},
			&put);

		if (status != OK)
			return moved ? (long)moved : error_of(status);
		if (put.written == 0)
			break;
		moved += put.written;
	}
	return (long)moved;
}

/* The descriptor's file; NULL: *failed. */
static struct open_file *at_offset(long fd, bool writes, long offset, long *failed)
{
	struct open_file *f = writes ? for_writing(fd, failed) : for_reading(fd, failed);

	if (!*failed)
		*failed = !has_offset(f) ? -ESPIPE : offset < 0 ? -EINVAL : 0;
	return f;
}

long call_pread64(const long a[6])
{
	long failed = 0;
	struct open_file *f = at_offset(a[0], false, a[3], &failed);

	return done(f, failed ? failed : read_at(f, (u8 *)a[1], (u64)a[2], (u64)a[3]));
}

long call_pwrite64(const long a[6])
{
	long failed = 0;
	struct open_file *f = at_offset(a[0], true, a[3], &failed);

	return done(f, failed ? failed : write_at(f, (const u8 *)a[1], (u64)a[2], (u64)a[3]));
}

/* Part after part, each at the offset after the one before. */
static long each_part_at(const long a[6], bool writes)
{
	const struct iovec *part = (const struct iovec *)a[1];
	long failed = 0, total = 0, moved = 0;
	struct open_file *f = at_offset(a[0], writes, a[3], &failed);

	if (!failed && (a[2] < 0 || a[2] > 1024))
		failed = -EINVAL;
	for (long i = 0; !failed && i < a[2]; i++) {
		u64 offset = (u64)(a[3] + total);

		moved = writes ? write_at(f, part[i].base, part[i].bytes, offset)
			       : read_at(f, part[i].base, part[i].bytes, offset);
		total += MAX(moved, 0L);
		if (moved < 0 || (u64)moved < part[i].bytes)
			break;
	}
	return done(f, failed ? failed : total || moved >= 0 ? total : moved);
}

long call_preadv(const long a[6])
{
	return each_part_at(a, false);
}

long call_pwritev(const long a[6])
{
	return each_part_at(a, true);
}

static long seek(struct open_file *f, i64 offset, long whence)
{
	struct file_seek_result at;

	if (f->kind == KIND_DIRECTORY) {
		if (whence != 0)
			return -EINVAL;
		lock_take(&f->lock);
		f->cookie = (u64)offset;
		lock_give(&f->lock);
		return offset;
	}
	if (!has_offset(f))
		return -ESPIPE;
	if (whence < 0 || whence > 2)
		return -EINVAL;
	enum microk_status status = file_seek(
		f->cap, &(struct file_seek_args){.offset = offset, .whence = (u32)whence}, &at);
	return status == OK ? (long)at.position : error_of(status);
}

long call_lseek(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);

	return f ? done(f, seek(f, a[1], a[2])) : -EBADF;
}

long call_ftruncate(const long a[6])
{
	long failed;
	struct open_file *f = for_writing(a[0], &failed);

	if (failed || a[1] < 0 || f->kind != KIND_FILE)
		return done(f, -EINVAL);
	return done(f, error_of(file_truncate(f->cap, (u64)a[1])));
}

long call_fsync(const long a[6])
{
	struct open_file *f = descriptor_hold(a[0]);

	if (!f)
		return -EBADF;
	return done(f, f->local ? -EINVAL : error_of(file_sync(f->cap)));
}

long call_fdatasync(const long a[6])
{
	return call_fsync(a);
}

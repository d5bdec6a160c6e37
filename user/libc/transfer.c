/* Reading and writing by descriptors. */
#include "gen/protocols/file_client.h"
#include "lib/microk/string.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"

/* A signal ends a transfer by a terminal, pipe or socket, which may wait for ever; one of a file or directory is always finished. False:
 * it ended it before it began. */
static bool may_wait(const struct open_file *f)
{
	return f->kind == KIND_FILE || f->kind == KIND_DIRECTORY || signals_wait_begin();
}

/* A regular file is read until there is no more, anything else until there is something. */
static long read_all(struct open_file *f, u8 *to, u64 bytes)
{
	u64 done = 0;

	while (done < bytes) {
		struct file_read_result got;

		if (!may_wait(f))
			return done ? (long)done : -EINTR;
		enum microk_status status =
			file_read(f->cap, (u32)MIN(bytes - done, (u64)FILE_DATA_MAX), &got);
		signals_wait_end();
		if (status != OK)
			return done ? (long)done : error_of(status);
		memcpy(to + done, got.data, got.data_length);
		done += got.data_length;
		if (got.data_length == 0 || f->kind != KIND_FILE)
			break;
	}
	return (long)done;
}

static long write_all(struct open_file *f, const u8 *from, u64 bytes)
{
	u64 done = 0;

	while (done < bytes) {
		struct file_write_result put;

		if (!may_wait(f))
			return done ? (long)done : -EINTR;
		enum microk_status status = file_write(
			f->cap, from + done, MIN(bytes - done, (u64)FILE_DATA_MAX), &put);
		signals_wait_end();
		if (status != OK)
			return done ? (long)done : error_of(status);
		if (put.written == 0)
			break;
		done += put.written;
	}
	return (long)done;
}

static struct open_file *for_reading(long fd, long *failed)
{
	struct open_file *f = descriptor_find(fd);

	*failed = !f || (f->flags & O_ACCMODE) == O_WRONLY ? -EBADF
		  : f->kind == KIND_DIRECTORY              ? -EISDIR
							   : 0;
	return f;
}

static struct open_file *for_writing(long fd, long *failed)
{
	struct open_file *f = descriptor_find(fd);

	*failed = !f || (f->flags & O_ACCMODE) == O_RDONLY ? -EBADF : 0;
	return f;
}

long call_read(const long a[6])
{
	long failed;
	struct open_file *f = for_reading(a[0], &failed);

	return failed ? failed : read_all(f, (u8 *)a[1], (u64)a[2]);
}

long call_write(const long a[6])
{
	long failed;
	struct open_file *f = for_writing(a[0], &failed);

	return failed ? failed : write_all(f, (const u8 *)a[1], (u64)a[2]);
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
		long done = move(f, part[i].base, part[i].bytes);
		if (done < 0)
			return total ? total : done;
		total += done;
		if ((u64)done < part[i].bytes)
			break;
	}
	return total;
}

static long move_out(struct open_file *f, u8 *from, u64 bytes)
{
	return write_all(f, from, bytes);
}

long call_readv(const long a[6])
{
	long failed;
	struct open_file *f = for_reading(a[0], &failed);

	return failed ? failed : each_part(f, a, read_all);
}

long call_writev(const long a[6])
{
	long failed;
	struct open_file *f = for_writing(a[0], &failed);

	return failed ? failed : each_part(f, a, move_out);
}

long call_pread64(const long a[6])
{
	long failed;
	struct open_file *f = for_reading(a[0], &failed);
	u64 done = 0;

	while (!failed && done < (u64)a[2]) {
		struct file_read_at_result got;
		enum microk_status status = file_read_at(
			f->cap,
			&(struct file_read_at_args){
				.offset = (u64)a[3] + done,
				.size = (u32)MIN((u64)a[2] - done, (u64)FILE_DATA_AT_MAX)},
			&got);

		if (status != OK)
			return done ? (long)done : error_of(status);
		if (got.data_length == 0)
			break;
		memcpy((u8 *)a[1] + done, got.data, got.data_length);
		done += got.data_length;
	}
	return failed ? failed : (long)done;
}

long call_pwrite64(const long a[6])
{
	long failed;
	struct open_file *f = for_writing(a[0], &failed);
	u64 done = 0;

	while (!failed && done < (u64)a[2]) {
		struct file_write_at_result put;
		enum microk_status status = file_write_at(
			f->cap,
			&(struct file_write_at_args){
				.offset = (u64)a[3] + done,
				.data = (const u8 *)a[1] + done,
				.data_length = MIN((u64)a[2] - done, (u64)FILE_DATA_AT_MAX)},
			&put);

		if (status != OK)
			return done ? (long)done : error_of(status);
		if (put.written == 0)
			break;
		done += put.written;
	}
	return failed ? failed : (long)done;
}

long call_lseek(const long a[6])
{
	struct open_file *f = descriptor_find(a[0]);
	struct file_seek_result at;

	if (!f)
		return -EBADF;
	if (f->kind == KIND_TERMINAL || f->kind == KIND_PIPE || f->kind == KIND_SOCKET)
		return -ESPIPE;
	if (f->kind == KIND_DIRECTORY) {
		if (a[2] != 0)
			return -EINVAL;
		f->cookie = (u64)a[1];
		return a[1];
	}
	if (a[2] < 0 || a[2] > 2)
		return -EINVAL;
	enum microk_status status = file_seek(
		f->cap, &(struct file_seek_args){.offset = a[1], .whence = (u32)a[2]}, &at);
	return status == OK ? (long)at.position : error_of(status);
}

long call_ftruncate(const long a[6])
{
	long failed;
	struct open_file *f = for_writing(a[0], &failed);

	if (failed || a[1] < 0)
		return -EINVAL;
	return error_of(file_truncate(f->cap, (u64)a[1]));
}

long call_fsync(const long a[6])
{
	struct open_file *f = descriptor_find(a[0]);

	return f ? error_of(file_sync(f->cap)) : -EBADF;
}

long call_fdatasync(const long a[6])
{
	return call_fsync(a);
}

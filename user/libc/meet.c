#include "user/libc/meet.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/namespace/namespace.h"
#include "protocols/pipe.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/paths.h"
#include "user/libc/self.h"
#include "user/libc/waiting.h"

static enum microk_status fetch(cap_t name, cap_t *met)
{
	if (!(*met = slot_alloc()))
		return ERR_LIMIT;
	enum microk_status status = file_fetch(name, *met);
	if (status != OK)
		slot_free(*met);
	return status;
}

/* ---- FIFOs ---- */

/* The first opener makes the FIFO. Of two at once one is first, and the other fetches that one's. */
static enum microk_status make_fifo(const char *path, cap_t *met)
{
	cap_t server = grant_find("pipe"), name = slot_alloc();

	*met = slot_alloc();
	enum microk_status status =
		!server          ? ERR_METHOD
		: !name || !*met ? ERR_LIMIT
				 : pipe_fifo(server, *met);
	if (status == OK)
		status = path_open(path, OPEN_WRITE, 0, name, NULL);
	if (status == OK)
		status = file_keep(name, *met);
	if (status == ERR_EXISTS) {
		slot_drop(*met);
		status = fetch(name, met);
	} else if (status != OK) {
		slot_drop(*met);
	}
	slot_drop(name);
	return status;
}

/* Waits for the other side, unless flags has O_NONBLOCK. */
static enum microk_status open_end(cap_t fifo, u32 flags, cap_t end)
{
	u32 access = flags & O_ACCMODE;
	u32 how = (access != O_WRONLY ? PIPE_READ : 0) | (access != O_RDONLY ? PIPE_WRITE : 0) |
		  (flags & O_NONBLOCK ? PIPE_NO_WAIT : 0);

	if (!wait_begin())
		return ERR_CANCELLED;
	enum microk_status status = pipe_open(fifo, how, end);
	wait_end();
	return status;
}

long fifo_open(u32 name, const char *path, u32 flags)
{
	cap_t met = 0, end = slot_alloc();
	enum microk_status status = fetch(name, &met);

	slot_drop(name);
	if (status == ERR_NOT_FOUND)
		status = make_fifo(path, &met);
	if (status == OK) {
		status = end ? open_end(met, flags, end) : ERR_LIMIT;
		slot_drop(met);
	}
	if (status != OK) {
		slot_free(end);
		return status == ERR_BROKEN || status == ERR_RIGHTS ? -ENXIO
		       : status == ERR_LIMIT                        ? -EMFILE
								    : error_of(status);
	}
	return descriptor_make(end, KIND_PIPE, flags & ~(O_CREAT | O_EXCL | O_TRUNC), path);
}

/* ---- Sockets ---- */

static long open_name(const char *path, cap_t *name)
{
	u32 kind;

	if (!(*name = slot_alloc()))
		return -EMFILE;
	enum microk_status status = path_open(path, OPEN_WRITE, 0, *name, &kind);
	if (status != OK) {
		slot_free(*name);
		return error_of(status);
	}
	if (kind == KIND_SOCKET)
		return 0;
	slot_drop(*name);
	return -ECONNREFUSED;
}

long socket_find(const char *path, u32 *met)
{
	cap_t name, found;
	long failed = open_name(path, &name);

	if (failed)
		return failed;
	enum microk_status status = fetch(name, &found);
	slot_drop(name);
	*met = (u32)found;
	return status == ERR_NOT_FOUND ? -ECONNREFUSED : error_of(status);
}

long socket_keep(const char *path, u32 met)
{
	cap_t name;
	long failed = open_name(path, &name);

	if (failed)
		return failed;
	enum microk_status status = file_keep(name, met);
	slot_drop(name);
	return status == ERR_EXISTS ? -EADDRINUSE : error_of(status);
}

/* ---- mknod(2) ---- */

#define S_IFMT 0170000u

static long make_node(long at, const char *name, u32 mode)
{
	char path[FILE_PATH_MAX + 1];
	u32 type = mode & S_IFMT, bits = mode & ~file_mask() & FILE_MODE_MAX;
	long failed = path_absolute_at(at, name, path);

	if (failed)
		return failed;
	if (type == S_IFIFO || type == S_IFSOCK)
		return error_of(path_make(path, type == S_IFIFO ? KIND_PIPE : KIND_SOCKET, bits));
	if (type && type != S_IFREG)
		return -EPERM; /* devices are capabilities */
	cap_t slot = slot_alloc();
	enum microk_status status =
		!slot ? ERR_LIMIT
		      : path_open(path, OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE, bits, slot,
				  NULL);
	slot_drop(slot);
	return error_of(status);
}

long call_mknod(const long a[6])
{
	return make_node(AT_FDCWD, (const char *)a[0], (u32)a[1]);
}

long call_mknodat(const long a[6])
{
	return make_node(a[0], (const char *)a[1], (u32)a[2]);
}

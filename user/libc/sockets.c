/*
 * UNIX sockets by name. A socket that is not connected yet lies in the process (struct local_file); connect and listen turn
 * its open file into one of servers/pipe. A child that gets it by fork before that has a socket of its own.
 */
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "protocols/pipe.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/meet.h"
#include "user/libc/paths.h"
#include "user/libc/self.h"
#include "user/libc/sockets.h"
#include "user/libc/waiting.h"

#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_SEQPACKET 5
#define SOCK_KIND 0xf

struct address { /* struct sockaddr_un */
	u16 family;
	char path[108];
};

/* ---- One that is not connected ---- */

static long fresh_read(struct open_file *f, void *to, u64 bytes)
{
	(void)f, (void)to, (void)bytes;
	return -ENOTCONN;
}

static long fresh_write(struct open_file *f, const void *from, u64 bytes)
{
	(void)f, (void)from, (void)bytes;
	return -ENOTCONN;
}

static u32 fresh_events(struct open_file *f, u64 *tick)
{
	(void)f, (void)tick;
	return 0;
}

static const struct local_file fresh = {
	.read = fresh_read, .write = fresh_write, .events = fresh_events};

bool is_socket(const struct open_file *f)
{
	return f->local == &fresh;
}

long call_socket(const long a[6])
{
	u32 kind = (u32)a[1] & SOCK_KIND, flags = (u32)a[1] & ~(u32)SOCK_KIND;

	if (a[0] != AF_UNIX)
		return -EAFNOSUPPORT;
	if ((kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_SEQPACKET) || a[2] ||
	    flags & ~(O_NONBLOCK | O_CLOEXEC))
		return kind == SOCK_STREAM ? -EPROTONOSUPPORT : -EPROTOTYPE;
	return descriptor_make_local(&(struct open_file){
		.local = &fresh, .kind = KIND_LOCAL, .flags = O_RDWR | flags, .count = kind});
}

/* The socket of a descriptor, held: one that is not connected, or also one that is. */
static struct open_file *hold(long fd, bool only_fresh, long *failed)
{
	struct open_file *f = descriptor_hold(fd);

	*failed = !f                       ? -EBADF
		  : f->local == &fresh     ? 0
		  : f->kind != KIND_SOCKET ? -ENOTSOCK
		  : only_fresh             ? -EISCONN
					   : 0;
	if (*failed && f)
		descriptor_let_go(f);
	return *failed ? NULL : f;
}

/* The open file is a socket of the server's from now on. */
static void become(struct open_file *f, cap_t socket)
{
	f->cap = socket;
	f->kind = KIND_SOCKET;
	__atomic_store_n(&f->local, NULL, __ATOMIC_SEQ_CST);
}

static u32 no_wait(const struct open_file *f)
{
	return f->flags & O_NONBLOCK ? PIPE_NO_WAIT : 0;
}

/* The absolute path of an address. A name without a path (Linux's abstract ones) is none. */
static long path_in(const struct address *from, long bytes, char path[FILE_PATH_MAX + 1])
{
	char name[sizeof(from->path) + 1];
	long length = bytes - (long)sizeof(from->family);

	if (length <= 0 || (u64)length > sizeof(from->path))
		return -EINVAL;
	if (from->family != AF_UNIX)
		return -EAFNOSUPPORT;
	memcpy(name, from->path, (u64)length);
	name[length] = '\0';
	return *name ? path_absolute_at(AT_FDCWD, name, path) : -EINVAL;
}

/* ---- Names ---- */

/* A datagram socket can be read as soon as it has a name. */
static long bind_datagrams(struct open_file *f, const char *path)
{
	cap_t server = grant_find("pipe"), socket = slot_alloc(), name = slot_alloc();
	enum microk_status status =
		!server            ? ERR_METHOD
		: !socket || !name ? ERR_LIMIT
				   : pipe_datagram(server, no_wait(f), socket, name);

	long failed = error_of(status);
	if (!failed)
		failed = socket_keep(path, (u32)name);
	slot_drop(name);
	if (failed)
		slot_drop(socket);
	else
		become(f, socket);
	return failed;
}

static long bind(struct open_file *f, const char *path)
{
	if (*f->path)
		return -EINVAL;
	if (strlen(path) >= sizeof(f->path))
		return -ENAMETOOLONG;
	enum microk_status status = path_make(path, KIND_SOCKET, 0777 & ~file_mask());
	if (status != OK)
		return status == ERR_EXISTS ? -EADDRINUSE : error_of(status);
	string_copy(f->path, sizeof(f->path), path);
	return f->count == SOCK_DGRAM ? bind_datagrams(f, path) : 0;
}

long call_bind(const long a[6])
{
	char path[FILE_PATH_MAX + 1];
	long failed;
	struct open_file *f = hold(a[0], true, &failed);

	if (!f)
		return failed == -EISCONN ? -EINVAL : failed;
	failed = path_in((const struct address *)a[1], a[2], path);
	if (!failed) {
		lock_take(&f->lock);
		failed = bind(f, path);
		lock_give(&f->lock);
	}
	descriptor_let_go(f);
	return failed;
}

static long listen(struct open_file *f, long backlog)
{
	cap_t server = grant_find("pipe"), listener = slot_alloc(), name = slot_alloc();
	u32 waiting = (u32)(backlog < 1 ? 1 : MIN(backlog, (long)PIPE_BACKLOG));
	enum microk_status status =
		!server ? ERR_METHOD
		: !listener || !name
			? ERR_LIMIT
			: pipe_listen(server,
				      &(struct pipe_listen_args){
					      .backlog = waiting, .flags = no_wait(f)},
				      listener, name);

	long failed = error_of(status);
	if (!failed)
		failed = socket_keep(f->path, (u32)name);
	slot_drop(name);
	if (failed)
		slot_drop(listener);
	else
		become(f, listener);
	return failed;
}

long call_listen(const long a[6])
{
	long failed;
	struct open_file *f = hold(a[0], true, &failed);

	if (!f)
		return failed == -EISCONN ? -EINVAL : failed;
	lock_take(&f->lock);
	failed = f->count == SOCK_DGRAM ? -EOPNOTSUPP : !*f->path ? -EDESTADDRREQ : listen(f, a[1]);
	lock_give(&f->lock);
	descriptor_let_go(f);
	return failed;
}

/* ---- Connections ---- */

static long connect_to(const char *path, u32 flags, cap_t *socket)
{
	u32 name;
	long failed = socket_find(path, &name);

	if (failed)
		return failed;
	*socket = slot_alloc();
	enum microk_status status = ERR_LIMIT;
	if (*socket)
		status = ERR_CANCELLED;
	if (*socket && wait_begin()) {
		status = pipe_connect(name, flags, *socket);
		wait_end();
	}
	slot_drop(name);
	if (status != OK)
		slot_free(*socket);
	return status == ERR_BROKEN ? -ECONNREFUSED : error_of(status);
}

long call_connect(const long a[6])
{
	char path[FILE_PATH_MAX + 1];
	cap_t socket;
	long failed;
	struct open_file *f = hold(a[0], true, &failed);

	if (!f)
		return failed;
	failed = path_in((const struct address *)a[1], a[2], path);
	if (!failed)
		failed = connect_to(path, no_wait(f), &socket);
	if (!failed) {
		lock_take(&f->lock);
		become(f, socket);
		lock_give(&f->lock);
	}
	descriptor_let_go(f);
	return failed;
}

/* The other side has no name, or one that is not known. */
static void put_address(const char *path, struct address *to, u32 *bytes)
{
	struct address a = {.family = AF_UNIX};
	u32 length = sizeof(a.family);

	if (!to || !bytes)
		return;
	if (*path && string_copy(a.path, sizeof(a.path), path))
		length += (u32)strlen(a.path) + 1;
	memcpy(to, &a, MIN(*bytes, length));
	*bytes = length;
}

long call_accept4(const long a[6])
{
	long failed;
	struct open_file *f = hold(a[0], false, &failed);
	enum microk_status status = ERR_CANCELLED;

	if (!f)
		return failed;
	cap_t socket = f->local || a[3] & ~(long)(O_NONBLOCK | O_CLOEXEC) ? 0 : slot_alloc();
	if (socket && wait_begin()) {
		status = pipe_accept(f->cap, a[3] & O_NONBLOCK ? PIPE_NO_WAIT : 0, socket);
		wait_end();
	}
	descriptor_let_go(f);
	if (!socket)
		return -EINVAL;
	if (status != OK) {
		slot_free(socket);
		return status == ERR_TYPE ? -EINVAL : error_of(status);
	}
	put_address("", (struct address *)a[1], (u32 *)a[2]);
	return descriptor_make(socket, KIND_SOCKET, O_RDWR | (u32)a[3], NULL);
}

long call_accept(const long a[6])
{
	return call_accept4((const long[6]){a[0], a[1], a[2]});
}

/* A datagram to a name: by a connection of its own. */
long socket_send_to(const void *to, long bytes, const void *data, u64 size)
{
	char path[FILE_PATH_MAX + 1];
	cap_t socket;
	struct file_write_result put;
	long failed = path_in(to, bytes, path);

	if (!failed)
		failed = size > FILE_DATA_MAX ? -EMSGSIZE : connect_to(path, 0, &socket);
	if (failed)
		return failed;
	enum microk_status status = file_write(socket, data, size, &put);
	slot_drop(socket);
	return status == OK ? (long)put.written : error_of(status);
}

/* ---- Questions ---- */

long call_getsockname(const long a[6])
{
	long failed;
	struct open_file *f = hold(a[0], false, &failed);

	if (!f)
		return failed;
	put_address(f->path, (struct address *)a[1], (u32 *)a[2]);
	descriptor_let_go(f);
	return 0;
}

static bool is_listener(const struct open_file *f)
{
	return !f->local && *f->path && f->count != SOCK_DGRAM;
}

long call_getpeername(const long a[6])
{
	long failed;
	struct open_file *f = hold(a[0], false, &failed);

	if (!f)
		return failed;
	if (f->local || is_listener(f))
		failed = -ENOTCONN;
	else
		put_address("", (struct address *)a[1], (u32 *)a[2]);
	descriptor_let_go(f);
	return failed;
}

#define SOL_SOCKET 1
enum {
	SO_REUSEADDR = 2,
	SO_TYPE,
	SO_ERROR,
	SO_SNDBUF = 7,
	SO_RCVBUF,
	SO_KEEPALIVE,
	SO_ACCEPTCONN = 30,
	SO_DOMAIN = 39
};

long call_getsockopt(const long a[6])
{
	long failed;
	int value = 0;
	u32 *bytes = (u32 *)a[4];
	struct open_file *f = hold(a[0], false, &failed);

	if (!f)
		return failed;
	if (a[1] != SOL_SOCKET)
		failed = -ENOPROTOOPT;
	switch (a[2]) {
	case SO_TYPE: value = f->count ? (int)f->count : SOCK_STREAM; break;
	case SO_DOMAIN: value = AF_UNIX; break;
	case SO_ACCEPTCONN: value = is_listener(f); break;
	case SO_SNDBUF:
	case SO_RCVBUF: value = (int)PIPE_ATOMIC; break;
	case SO_ERROR:
	case SO_REUSEADDR:
	case SO_KEEPALIVE: break;
	default: failed = -ENOPROTOOPT;
	}
	descriptor_let_go(f);
	if (failed)
		return failed;
	memcpy((void *)a[3], &value, MIN(*bytes, (u32)sizeof(value)));
	*bytes = sizeof(value);
	return 0;
}

/* Sizes are the server's, and the others have no meaning for a name. */
long call_setsockopt(const long a[6])
{
	long failed;
	struct open_file *f = hold(a[0], false, &failed);

	if (!f)
		return failed;
	bool known = a[1] == SOL_SOCKET && (a[2] == SO_REUSEADDR || a[2] == SO_SNDBUF ||
					    a[2] == SO_RCVBUF || a[2] == SO_KEEPALIVE);
	descriptor_let_go(f);
	return known ? 0 : -ENOPROTOOPT;
}

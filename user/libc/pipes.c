/* Pipes and pairs of sockets, which the server of the grant "pipe" makes. */
#include "gen/protocols/pipe_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "protocols/pipe.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/flags.h"
#include "user/libc/self.h"
#include "user/libc/sockets.h"

typedef enum microk_status make_two(cap_t server, u32 flags, cap_t one, cap_t other);

static long make(make_two *two, u32 kind, u32 flags, const u32 access[2], int *to)
{
	cap_t server = grant_find("pipe"), one = slot_alloc(), other = slot_alloc();
	enum microk_status status =
		!server          ? ERR_METHOD
		: !one || !other ? ERR_LIMIT
				 : two(server, flags & O_NONBLOCK ? PIPE_NO_WAIT : 0, one, other);

	if (status != OK) {
		slot_free(one);
		slot_free(other);
		return status == ERR_LIMIT    ? -EMFILE
		       : status == ERR_METHOD ? -ENOSYS
					      : error_of(status);
	}
	flags &= O_NONBLOCK | O_CLOEXEC;
	long first = descriptor_make(one, kind, flags | access[0], NULL);
	long second = descriptor_make(other, kind, flags | access[1], NULL);
	if (first < 0 || second < 0) {
		descriptor_close(first);
		descriptor_close(second);
		return -EMFILE;
	}
	to[0] = (int)first;
	to[1] = (int)second;
	return 0;
}

static enum microk_status make_pipe(cap_t server, u32 flags, cap_t one, cap_t other)
{
	return pipe_make(server, flags, one, other);
}

static enum microk_status make_pair(cap_t server, u32 flags, cap_t one, cap_t other)
{
	return pipe_pair(server, flags, one, other);
}

long call_pipe2(const long a[6])
{
	static const u32 access[2] = {O_RDONLY, O_WRONLY};

	if (!a[0])
		return -EFAULT;
	if (a[1] & ~(long)(O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	return make(make_pipe, KIND_PIPE, (u32)a[1], access, (int *)a[0]);
}

long call_pipe(const long a[6])
{
	return call_pipe2((const long[6]){a[0], 0});
}

/* ---- Sockets ---- */

#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_SEQPACKET 5
#define SOCK_KIND 0xf

static enum microk_status make_datagrams(cap_t server, u32 flags, cap_t one, cap_t other)
{
	return pipe_datagrams(server, flags, one, other);
}

long call_socketpair(const long a[6])
{
	static const u32 access[2] = {O_RDWR, O_RDWR};
	u32 flags = (u32)a[1] & ~(u32)SOCK_KIND;

	if (a[0] != AF_UNIX)
		return -EAFNOSUPPORT;
	u32 kind = (u32)a[1] & SOCK_KIND;
	if ((kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_SEQPACKET) ||
	    flags & ~(O_NONBLOCK | O_CLOEXEC) || a[2])
		return -EPROTONOSUPPORT;
	return make(kind == SOCK_STREAM ? make_pair : make_datagrams, KIND_SOCKET, flags, access,
		    (int *)a[3]);
}

static struct open_file *hold_socket(long fd, long *failed)
{
	struct open_file *f = descriptor_hold(fd);

	*failed = !f ? -EBADF : is_socket(f) ? -ENOTCONN : -ENOTSOCK;
	if (!f || f->kind == KIND_SOCKET)
		return f;
	descriptor_let_go(f);
	return NULL;
}

long call_shutdown(const long a[6])
{
	long failed;
	struct open_file *f = hold_socket(a[0], &failed);

	if (!f)
		return failed;
	failed = a[1] < 0 || a[1] > 2
			 ? -EINVAL
			 : error_of(pipe_shut(
				   f->cap,
				   (u32)a[1] + 1)); /* EVENT_READABLE, EVENT_WRITABLE, both */
	descriptor_let_go(f);
	return failed;
}

/* ---- Messages (sendmsg(2)) ---- */

#define MSG_DONTWAIT 0x40
#define MSG_CTRUNC 8
#define MSG_NOSIGNAL 0x4000
#define MSG_CMSG_CLOEXEC 0x40000000
#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define SENT_MOST 253 /* descriptors in a message, as in Linux */

struct iovec {
	u8 *base;
	u64 bytes;
};
struct msghdr { /* as Linux has it; musl's halves are ints */
	void *name;
	u32 name_bytes, pad;
	struct iovec *parts;
	u64 part_count;
	void *control;
	u64 control_bytes;
	u32 flags;
};
struct cmsghdr {
	u64 bytes;
	int level, type;
};

/* The descriptors that go along: how many, or -EINVAL. */
static long sent_with(const struct msghdr *m, const int **fds)
{
	const struct cmsghdr *c = m->control;

	if (!c || !m->control_bytes)
		return 0;
	if (m->control_bytes < sizeof(*c) || c->bytes < sizeof(*c) || c->bytes > m->control_bytes ||
	    c->level != SOL_SOCKET || c->type != SCM_RIGHTS)
		return -EINVAL;
	*fds = (const int *)(c + 1);
	u64 count = (c->bytes - sizeof(*c)) / sizeof(int);
	return count > SENT_MOST ? -EINVAL : (long)count;
}

/* A byte for each descriptor: the server takes one with a message. */
static long send_file(struct open_file *f, int fd, const u8 *byte, u64 bytes)
{
	struct open_file *sent = descriptor_hold(fd);
	struct pipe_send_result put = {0};

	if (!sent)
		return -EBADF;
	enum microk_status status =
		sent->local
			? ERR_METHOD
			: pipe_send(f->cap,
				    &(struct pipe_send_args){
					    .data = byte,
					    .data_length = MIN(bytes, (u64)PIPE_SEND_DATA_MAX),
					    .file = sent->cap},
				    &put);
	descriptor_let_go(sent);
	return status == ERR_DENIED ? -EPERM : status == OK ? (long)put.written : error_of(status);
}

/* Where the bytes of the parts are from `at` on; NULL: there are no more. */
static u8 *place_of(const struct msghdr *m, u64 at, u64 *bytes)
{
	for (u64 i = 0; i < m->part_count; i++) {
		if (at < m->parts[i].bytes) {
			*bytes = m->parts[i].bytes - at;
			return m->parts[i].base + at;
		}
		at -= m->parts[i].bytes;
	}
	return NULL;
}

static u64 bytes_of(const struct msghdr *m)
{
	u64 total = 0;

	for (u64 i = 0; i < m->part_count; i++)
		total += m->parts[i].bytes;
	return total;
}

static long send_message(struct open_file *f, long fd, const struct msghdr *m)
{
	const int *fds = NULL;
	long count = sent_with(m, &fds);
	u64 done = 0, total = bytes_of(m), bytes = 0;

	if (count < 0 || m->part_count > 1024 || (u64)count > total)
		return -EINVAL;
	while (done < total) {
		const u8 *from = place_of(m, done, &bytes);
		/* All but the last of the descriptors go with a byte each. */
		long moved =
			count > 0 && fds ? send_file(f, *fds++, from, count > 1 ? 1 : bytes)
					 : call_write((const long[6]){fd, (long)from, (long)bytes});

		if (moved <= 0)
			return done ? (long)done : moved;
		count -= count > 0;
		done += (u64)moved;
	}
	return (long)done;
}

long call_sendmsg(const long a[6])
{
	long result;
	struct open_file *f = hold_socket(a[0], &result);

	if (!f)
		return result;
	result = a[2] & ~(long)MSG_NOSIGNAL ? -EOPNOTSUPP
					    : send_message(f, a[0], (const struct msghdr *)a[1]);
	descriptor_let_go(f);
	return result;
}

/* With an address: of a datagram socket. */
long call_sendto(const long a[6])
{
	if (a[4] && a[5])
		return socket_send_to((const void *)a[4], a[5], (const void *)a[1], (u64)a[2]);

	struct iovec part = {(u8 *)a[1], (u64)a[2]};
	struct msghdr m = {.parts = &part, .part_count = 1};

	return call_sendmsg((const long[6]){a[0], (long)&m, a[3]});
}

/* The descriptors that came with the bytes. */
static void take_files(struct open_file *f, struct msghdr *m, bool closes)
{
	struct cmsghdr *c = m->control;
	u64 room = c && m->control_bytes > sizeof(*c)
			   ? (m->control_bytes - sizeof(*c)) / sizeof(int)
			   : 0;
	u64 count = 0;

	m->flags = 0;
	for (;;) {
		cap_t slot = slot_alloc();
		if (!slot || pipe_take(f->cap, slot) != OK) {
			slot_free(slot);
			break;
		}
		long fd = count < room ? descriptor_adopt(slot, closes ? O_CLOEXEC : 0) : -EMFILE;
		if (count >= room)
			slot_drop(slot);
		if (fd < 0) {
			m->flags |= MSG_CTRUNC;
			break;
		}
		((int *)(c + 1))[count++] = (int)fd;
	}
	if (count)
		*c = (struct cmsghdr){sizeof(*c) + count * sizeof(int), SOL_SOCKET, SCM_RIGHTS};
	m->control_bytes = count ? ALIGN_UP(sizeof(*c) + count * sizeof(int), 8) : 0;
}

long call_recvmsg(const long a[6])
{
	long result;
	struct open_file *f = hold_socket(a[0], &result);
	struct msghdr *m = (struct msghdr *)a[1];

	if (!f)
		return result;
	result = a[2] & ~(long)(MSG_CMSG_CLOEXEC) || m->part_count > 1024
			 ? -EOPNOTSUPP
			 : call_readv((const long[6]){a[0], (long)m->parts, (long)m->part_count});
	if (result >= 0)
		take_files(f, m, a[2] & MSG_CMSG_CLOEXEC);
	m->name_bytes = 0;
	descriptor_let_go(f);
	return result;
}

long call_recvfrom(const long a[6])
{
	struct iovec part = {(u8 *)a[1], (u64)a[2]};
	struct msghdr m = {.parts = &part, .part_count = 1};

	if (a[4] && a[5])
		*(u32 *)a[5] = 0;
	return call_recvmsg((const long[6]){a[0], (long)&m, a[3]});
}

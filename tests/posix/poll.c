/* Pipes, sockets, and waits for several files, by POSIX's functions and Linux's epoll: prints each expectation that does not hold,
 * and their number. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "expect.h"

static char big[100000], got[100000];

static void *write_big(void *fd)
{
	return (void *)(long)(write(*(int *)fd, big, sizeof(big)) == sizeof(big));
}

static void pipes(void)
{
	int p[2];
	struct stat s;
	size_t have = 0;

	ssize_t n;
	pthread_t t;
	void *result;

	EXPECT(pipe(p) == 0 && p[0] >= 3 && p[1] > p[0]);
	EXPECT(fstat(p[0], &s) == 0 && S_ISFIFO(s.st_mode));
	EXPECT(write(p[1], "hello", 5) == 5 && read(p[0], got, 100) == 5 &&
	       !memcmp(got, "hello", 5));
	FAILS(read(p[1], got, 1), EBADF);
	FAILS(write(p[0], got, 1), EBADF);
	FAILS(lseek(p[0], 0, SEEK_CUR), ESPIPE);
	FAILS(pread(p[0], got, 1, 0), ESPIPE);
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 + i / 251);
	EXPECT(pthread_create(&t, NULL, write_big, &p[1]) == 0);
	while (have < sizeof(big) && (n = read(p[0], got + have, sizeof(got) - have)) > 0)
		have += (size_t)n;
	EXPECT(have == sizeof(big) && !memcmp(big, got, sizeof(big)));
	EXPECT(pthread_join(t, &result) == 0 && result);
	int second = dup(p[1]);
	EXPECT(close(p[1]) == 0 && write(second, "x", 1) == 1 && read(p[0], got, 9) == 1);
	EXPECT(close(second) == 0 && read(p[0], got, 9) == 0 && close(p[0]) == 0);
}

static volatile int broken;

static void note(int signal)
{
	broken = signal;
}

static void no_wait(void)
{
	int p[2], room = 0, count = 0;

	EXPECT(pipe2(p, O_NONBLOCK | O_CLOEXEC) == 0);
	EXPECT(fcntl(p[0], F_GETFL) == (O_RDONLY | O_NONBLOCK) &&
	       fcntl(p[0], F_GETFD) == FD_CLOEXEC);
	FAILS(read(p[0], got, 1), EAGAIN);
	while (write(p[1], big, 512) == 512)
		room += 512;
	int reason = errno; /* EXPECT begins anew */
	EXPECT(reason == EAGAIN && room >= 4096);
	EXPECT(ioctl(p[0], FIONREAD, &count) == 0 && count == room);
	EXPECT(fcntl(p[0], F_SETFL, 0) == 0 && fcntl(p[0], F_GETFL) == O_RDONLY);
	EXPECT(read(p[0], got, 512) == 512);
	signal(SIGPIPE, note);
	EXPECT(close(p[0]) == 0);
	FAILS(write(p[1], "x", 1), EPIPE);
	EXPECT(broken == SIGPIPE);
	signal(SIGPIPE, SIG_IGN);
	FAILS(write(p[1], "x", 1), EPIPE);
	EXPECT(close(p[1]) == 0);
}

/* ---- poll ---- */

static void *write_late(void *fd)
{
	usleep(10000);
	return (void *)write(*(int *)fd, "late", 4);
}

static long milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void polls(void)
{
	int p[2], q[2];

	pthread_t t;
	fd_set in, out;

	EXPECT(pipe(p) == 0 && pipe(q) == 0);
	struct pollfd fds[4] = {
		{p[0], POLLIN, 0}, {q[1], POLLOUT, 0}, {-1, POLLIN, 7}, {60, POLLIN, 0}};
	EXPECT(poll(fds, 1, 0) == 0 && fds[0].revents == 0);
	EXPECT(poll(fds, 4, -1) == 2 && fds[0].revents == 0 && fds[1].revents == POLLOUT &&
	       fds[2].revents == 0 && fds[3].revents == POLLNVAL);
	long began = milliseconds();
	EXPECT(poll(fds, 1, 30) == 0 && milliseconds() - began >= 29);
	EXPECT(poll(NULL, 0, 10) == 0);
	EXPECT(pthread_create(&t, NULL, write_late, &p[1]) == 0);
	EXPECT(poll(fds, 1, -1) == 1 && fds[0].revents == POLLIN);
	EXPECT(pthread_join(t, NULL) == 0 && read(p[0], got, 10) == 4);
	/* Once more: the watch is the same. */
	EXPECT(pthread_create(&t, NULL, write_late, &p[1]) == 0);
	EXPECT(poll(fds, 1, 900) == 1 && fds[0].revents == POLLIN);
	EXPECT(pthread_join(t, NULL) == 0 && read(p[0], got, 10) == 4);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(p[0], &in);
	FD_SET(q[1], &out);
	EXPECT(select(64, &in, &out, NULL, NULL) == 1 && !FD_ISSET(p[0], &in) &&
	       FD_ISSET(q[1], &out));
	struct timeval tenth = {0, 10000};
	FD_SET(p[0], &in);
	EXPECT(select(p[0] + 1, &in, NULL, NULL, &tenth) == 0 && !FD_ISSET(p[0], &in));
	FD_SET(63, &in);
	FAILS(select(64, &in, NULL, NULL, NULL), EBADF);
	EXPECT(write(p[1], "x", 1) == 1 && close(p[1]) == 0);
	EXPECT(poll(fds, 1, -1) == 1 && fds[0].revents == (POLLIN | POLLHUP));
	EXPECT(read(p[0], got, 10) == 1 && poll(fds, 1, -1) == 1 && fds[0].revents == POLLHUP);
	EXPECT(close(q[0]) == 0 && poll(fds + 1, 1, -1) == 1 && fds[1].revents & POLLERR);
	EXPECT(close(p[0]) == 0 && close(q[1]) == 0);
}

/* Two threads wait for one file: one takes the byte, then the other the next. */
static void *poll_and_read(void *fd)
{
	struct pollfd f = {*(int *)fd, POLLIN, 0};
	char byte;

	for (;;) {
		if (poll(&f, 1, 20000) != 1)
			return (void *)-1;
		if (read(f.fd, &byte, 1) == 1)
			return (void *)(long)byte;
		if (errno != EAGAIN)
			return (void *)-2;
	}
}

static void poll_together(void)
{
	int p[2];

	pthread_t t[3];
	void *result;
	long sum = 0, began = milliseconds();

	EXPECT(pipe2(p, O_NONBLOCK) == 0);
	for (int i = 0; i < 3; i++)
		EXPECT(pthread_create(&t[i], NULL, poll_and_read, &p[0]) == 0);
	for (int i = 0; i < 3; i++) {
		usleep(10000);
		EXPECT(write(p[1], &"\1\2\4"[i], 1) == 1);
	}
	for (int i = 0; i < 3; i++) {
		EXPECT(pthread_join(t[i], &result) == 0);
		sum += (long)result;
	}
	EXPECT(sum == 7 && milliseconds() - began < 700); /* well before a second look */
	EXPECT(close(p[0]) == 0 && close(p[1]) == 0);
}

/* ---- epoll ---- */

static void epolls(void)
{
	int e = epoll_create1(EPOLL_CLOEXEC), p[2], event = eventfd(0, EFD_NONBLOCK);
	struct epoll_event in = {.events = EPOLLIN, .data.u32 = 1}, out[4];
	unsigned long value = 1;

	pthread_t t;

	EXPECT(e >= 3 && pipe(p) == 0);
	EXPECT(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &in) == 0);
	FAILS(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &in), EEXIST);
	FAILS(epoll_ctl(e, EPOLL_CTL_DEL, p[1], NULL), ENOENT);
	FAILS(epoll_ctl(e, EPOLL_CTL_ADD, e, &in), EINVAL);
	FAILS(epoll_ctl(e, EPOLL_CTL_ADD, 63, &in), EBADF);
	EXPECT(epoll_wait(e, out, 4, 0) == 0);
	EXPECT(epoll_wait(e, out, 4, 15) == 0);
	/* Level: as long as bytes are there. */
	EXPECT(write(p[1], "abc", 3) == 3);
	EXPECT(epoll_wait(e, out, 4, -1) == 1 && out[0].data.u32 == 1 && out[0].events == EPOLLIN);
	EXPECT(epoll_wait(e, out, 4, -1) == 1);
	/* Edge: once for each arrival, also while older bytes are there. */
	in.events = EPOLLIN | EPOLLET;
	EXPECT(epoll_ctl(e, EPOLL_CTL_MOD, p[0], &in) == 0);
	EXPECT(epoll_wait(e, out, 4, 0) == 1 && epoll_wait(e, out, 4, 0) == 0);
	EXPECT(read(p[0], got, 1) == 1 && epoll_wait(e, out, 4, 0) == 0);
	EXPECT(write(p[1], "d", 1) == 1 && epoll_wait(e, out, 4, 0) == 1);
	EXPECT(epoll_wait(e, out, 4, 0) == 0);
	EXPECT(read(p[0], got, 10) == 3 && pthread_create(&t, NULL, write_late, &p[1]) == 0);
	EXPECT(epoll_wait(e, out, 4, -1) == 1 && pthread_join(t, NULL) == 0);
	/* Once: until it is armed again. */
	in.events = EPOLLIN | EPOLLONESHOT;
	EXPECT(epoll_ctl(e, EPOLL_CTL_MOD, p[0], &in) == 0);
	EXPECT(epoll_wait(e, out, 4, 0) == 1 && epoll_wait(e, out, 4, 0) == 0);
	EXPECT(epoll_ctl(e, EPOLL_CTL_MOD, p[0], &in) == 0 && epoll_wait(e, out, 4, 0) == 1);
	/* A file without a server, from another thread; and the epoll in a poll. */
	struct epoll_event of_event = {.events = EPOLLIN | EPOLLET, .data.u32 = 2};
	struct pollfd whole = {e, POLLIN, 0};
	EXPECT(epoll_ctl(e, EPOLL_CTL_ADD, event, &of_event) == 0 && poll(&whole, 1, 0) == 0);
	EXPECT(write(event, &value, 8) == 8 && poll(&whole, 1, -1) == 1 && whole.revents == POLLIN);
	EXPECT(epoll_wait(e, out, 4, -1) == 1 && out[0].data.u32 == 2 &&
	       epoll_wait(e, out, 4, 0) == 0);
	EXPECT(write(event, &value, 8) == 8 && epoll_wait(e, out, 4, -1) == 1);
	EXPECT(read(event, &value, 8) == 8 && value == 2);
	int timer = timerfd_create(CLOCK_MONOTONIC, 0);
	struct itimerspec soon = {{0, 0}, {0, 5000000}};
	struct epoll_event of_timer = {.events = EPOLLIN, .data.u32 = 3};
	EXPECT(timerfd_settime(timer, 0, &soon, NULL) == 0 &&
	       epoll_ctl(e, EPOLL_CTL_ADD, timer, &of_timer) == 0);
	EXPECT(epoll_wait(e, out, 4, -1) == 1 && out[0].data.u32 == 3);
	/* A closed file leaves the list. */
	EXPECT(close(timer) == 0 && epoll_wait(e, out, 4, 0) == 0);
	int regular = open("/boot/system.conf", O_RDONLY);
	FAILS(epoll_ctl(e, EPOLL_CTL_ADD, regular, &in), EPERM);
	EXPECT(close(regular) == 0 && close(p[0]) == 0 && close(p[1]) == 0 && close(event) == 0);
	EXPECT(close(e) == 0);
}

/* ---- Sockets ---- */

static void sockets(void)
{
	int s[2], p[2], control[8];
	char byte = 0;
	struct stat is;

	EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && fstat(s[0], &is) == 0 &&
	       S_ISSOCK(is.st_mode));
	FAILS(socketpair(AF_INET, SOCK_STREAM, 0, s), EAFNOSUPPORT);
	FAILS(socketpair(AF_UNIX, SOCK_DGRAM, 0, s), EPROTONOSUPPORT);
	EXPECT(send(s[0], "ping", 4, 0) == 4 && recv(s[1], got, 10, 0) == 4 &&
	       !memcmp(got, "ping", 4));
	EXPECT(write(s[1], "pong", 4) == 4 && read(s[0], got, 10) == 4 && !memcmp(got, "pong", 4));
	/* Two descriptors go with a message. */
	EXPECT(pipe(p) == 0);
	struct iovec part = {"xy", 2};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} files = {0};
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &files,
		.msg_controllen = sizeof(files)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(2 * sizeof(int));
	memcpy(CMSG_DATA(c), p, sizeof(p));
	EXPECT(sendmsg(s[0], &m, 0) == 2);
	EXPECT(close(p[0]) == 0 && close(p[1]) == 0);
	int count = 0;
	while (count < 2) {
		part.iov_base = &byte;
		part.iov_len = 1;
		m.msg_controllen = sizeof(files);
		EXPECT(recvmsg(s[1], &m, 0) == 1 && byte == "xy"[count]);
		c = CMSG_FIRSTHDR(&m);
		EXPECT(c && c->cmsg_type == SCM_RIGHTS);
		if (!c)
			return;
		memcpy(&control[count++], CMSG_DATA(c), sizeof(int));
	}
	EXPECT(write(control[1], "through", 7) == 7 && read(control[0], got, 10) == 7 &&
	       !memcmp(got, "through", 7));
	EXPECT(close(control[0]) == 0 && close(control[1]) == 0);
	EXPECT(shutdown(s[0], SHUT_WR) == 0 && read(s[1], got, 1) == 0);
	EXPECT(write(s[1], "z", 1) == 1 && read(s[0], got, 1) == 1);
	EXPECT(close(s[0]) == 0);
	struct pollfd f = {s[1], POLLIN, 0};
	EXPECT(poll(&f, 1, -1) == 1 && f.revents & POLLHUP && close(s[1]) == 0);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	pipes();
	no_wait();
	polls();
	poll_together();
	epolls();
	sockets();
	return expect_end();
}

/* FIFOs and UNIX sockets by their names. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conform.h"

static char bytes[16];

static void fifos(void)
{
	struct stat s;
	int status;

	HOLDS("mkfifo", R, "0", mkfifo("p", 0666) == 0);
	HOLDS("mkfifo", D, "a FIFO, with the mode less the mask",
	      stat("p", &s) == 0 && S_ISFIFO(s.st_mode) && (s.st_mode & 0777) == 0644);
	FAILS("mkfifo", EEXIST, "the name exists", mkfifo("p", 0666));
	FAILS("mkfifo", ENOENT, "no such directory above", mkfifo("none/p", 0666));
	FAILS("open", ENXIO, "O_WRONLY and O_NONBLOCK, and no process reads",
	      open("p", O_WRONLY | O_NONBLOCK));
	int in = open("p", O_RDONLY | O_NONBLOCK);
	HOLDS("open", D, "O_RDONLY and O_NONBLOCK of a FIFO does not wait", in >= 0);
	HOLDS("read", D, "0 without a writer", read(in, bytes, 1) == 0);
	int out = open("p", O_WRONLY);
	HOLDS("open", D, "O_WRONLY when it is open to be read",
	      out >= 0 && write(out, "ab", 2) == 2 && read(in, bytes, 9) == 2);
	FAILS("read", EAGAIN, "O_NONBLOCK, and a process has it open to write", read(in, bytes, 1));
	close(out);
	close(in);
	pid_t child = fork();
	if (child == 0) {
		out = open("p", O_WRONLY);
		_exit(write(out, "child", 5) != 5);
	}
	in = open("p", O_RDONLY);
	HOLDS("open", D, "both sides wait for each other, in two processes",
	      in >= 0 && read(in, bytes, 9) == 5 && !memcmp(bytes, "child", 5));
	HOLDS("read", D, "0 after the last writer", read(in, bytes, 9) == 0);
	close(in);
	waitpid(child, &status, 0);
	HOLDS("unlink", D, "of a FIFO: a new one of this name is another",
	      unlink("p") == 0 && mknod("p", S_IFIFO | 0600, 0) == 0 && stat("p", &s) == 0 &&
		      S_ISFIFO(s.st_mode));
	unlink("p");
	for (int i = 0; i < 100; i++) {
		if (mkfifo("p", 0600) == 0 && (in = open("p", O_RDWR)) >= 0)
			status += write(in, "x", 1) != 1;
		else
			status++;
		close(in);
		unlink("p");
	}
	HOLDS("mkfifo", D, "again and again: nothing stays of one without a name", status == 0);
}

static socklen_t address_of(struct sockaddr_un *a, const char *name)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	strcpy(a->sun_path, name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1);
}

static int connected(const char *name)
{
	struct sockaddr_un a;

	socklen_t length = address_of(&a, name);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&a, length) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void *serve(void *listener)
{
	int fd = accept(*(int *)listener, NULL, NULL);

	ssize_t n = read(fd, bytes, sizeof(bytes));

	write(fd, bytes, (size_t)n);
	close(fd);
	return NULL;
}

static void streams(void)
{
	struct sockaddr_un a, is = {0};

	socklen_t length = address_of(&a, "s"), room = sizeof(is);
	struct stat s;
	char got[8];
	pthread_t t;
	int type = 0, fd = socket(AF_UNIX, SOCK_STREAM, 0), low = dup(1);

	close(low);
	HOLDS("socket", R, "the lowest descriptor", fd == low - 1);
	FAILS("socket", EAFNOSUPPORT, "no such family", socket(77, SOCK_STREAM, 0));
	HOLDS("socket", E, "EPROTOTYPE or EPROTONOSUPPORT: no such type",
	      socket(AF_UNIX, 77, 0) == -1 && (errno == EPROTOTYPE || errno == EPROTONOSUPPORT ||
					       errno == EINVAL || errno == ESOCKTNOSUPPORT));
	room = sizeof(type);
	HOLDS("getsockopt", D, "SO_TYPE",
	      getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &room) == 0 && type == SOCK_STREAM);
	FAILS("getsockopt", ENOPROTOOPT, "no such option",
	      getsockopt(fd, SOL_SOCKET, 7777, &type, &room));
	FAILS("bind", ENOTSOCK, "a file", bind(1, (struct sockaddr *)&a, length));
	HOLDS("bind", R, "0", bind(fd, (struct sockaddr *)&a, length) == 0);
	HOLDS("bind", D, "a file of the kind socket", stat("s", &s) == 0 && S_ISSOCK(s.st_mode));
	room = sizeof(is);
	HOLDS("getsockname", D, "its address",
	      getsockname(fd, (struct sockaddr *)&is, &room) == 0 && is.sun_family == AF_UNIX &&
		      strstr(is.sun_path, "s"));
	int second = socket(AF_UNIX, SOCK_STREAM, 0);
	FAILS("bind", EADDRINUSE, "the name exists", bind(second, (struct sockaddr *)&a, length));
	FAILS("recv", ENOTCONN, "a socket that is not connected", recv(second, got, 1, 0));
	FAILS("getpeername", ENOTCONN, "likewise",
	      getpeername(second, (struct sockaddr *)&is, &room));
	FAILS("connect", ECONNREFUSED, "no socket listens there",
	      connect(second, (struct sockaddr *)&a, length));
	close(second);
	HOLDS("connect", E, "ENOENT: no such name", connected("none") == -1 && errno == ENOENT);
	HOLDS("listen", R, "0", listen(fd, 5) == 0);
	FAILS("open", ENXIO, "a socket's name", open("s", O_RDWR));
	pthread_create(&t, NULL, serve, &fd);
	int to = connected("s");
	HOLDS("connect", R, "0", to >= 0);
	HOLDS("accept", D, "the connection's other side",
	      write(to, "hello", 5) == 5 && read(to, got, 8) == 5 && !memcmp(got, "hello", 5));
	HOLDS("read", D, "0 after the other side is closed", read(to, got, 8) == 0);
	pthread_join(t, NULL);
	FAILS("connect", EISCONN, "it is connected", connect(to, (struct sockaddr *)&a, length));
	close(to);
	struct pollfd p = {fd, POLLIN, 0};
	HOLDS("poll", D, "a listener without a connection is not ready", poll(&p, 1, 0) == 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	FAILS("accept", EAGAIN, "O_NONBLOCK, and none waits", accept(fd, NULL, NULL));
	to = connected("s");
	HOLDS("poll", D, "POLLIN: a connection waits",
	      poll(&p, 1, 1000) == 1 && p.revents == POLLIN);
	room = sizeof(is);
	second = accept4(fd, (struct sockaddr *)&is, &room, SOCK_CLOEXEC);
	HOLDS("accept4", D, "SOCK_CLOEXEC, and an address",
	      second >= 0 && fcntl(second, F_GETFD) == FD_CLOEXEC && is.sun_family == AF_UNIX);
	HOLDS("shutdown", D, "SHUT_WR: the other side reads to the end",
	      shutdown(to, SHUT_WR) == 0 && read(second, got, 1) == 0);
	FAILS("accept", EINVAL, "no listener", accept(to, NULL, NULL));
	close(to);
	close(second);
	close(fd);
	HOLDS("connect", E, "ECONNREFUSED: the listener is closed",
	      connected("s") == -1 && errno == ECONNREFUSED);
	unlink("s");
}

static void processes(void)
{
	struct sockaddr_un a;

	socklen_t length = address_of(&a, "t");
	int status, fd = socket(AF_UNIX, SOCK_STREAM, 0), count = 0;
	char byte;

	bind(fd, (struct sockaddr *)&a, length);
	listen(fd, 8);
	for (char i = 0; i < 4; i++)
		if (fork() == 0) {
			int to = connected("t");
			_exit(!(write(to, &i, 1) == 1 && read(to, &byte, 1) == 1 && byte == i + 1));
		}
	for (int i = 0; i < 4; i++) {
		int from = accept(fd, NULL, NULL);
		if (read(from, &byte, 1) == 1 && byte++ >= 0)
			count += write(from, &byte, 1) == 1;
		close(from);
	}
	for (int i = 0; i < 4; i++)
		count += wait(&status) > 0 && status == 0;
	HOLDS("accept", D, "connections of several processes, each with its own bytes", count == 8);
	close(fd);
	unlink("t");
}

static void datagrams(void)
{
	struct sockaddr_un a;

	socklen_t length = address_of(&a, "d");
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), from = socket(AF_UNIX, SOCK_DGRAM, 0), pair[2];

	HOLDS("bind", D, "a datagram socket", bind(fd, (struct sockaddr *)&a, length) == 0);
	HOLDS("sendto", D, "to a name, each datagram whole",
	      sendto(from, "one", 3, 0, (struct sockaddr *)&a, length) == 3 &&
		      sendto(from, "three", 5, 0, (struct sockaddr *)&a, length) == 5 &&
		      recv(fd, bytes, 16, 0) == 3 && recv(fd, bytes, 16, 0) == 5 &&
		      !memcmp(bytes, "three", 5));
	HOLDS("connect", D, "of a datagram socket: send needs no address",
	      connect(from, (struct sockaddr *)&a, length) == 0 && send(from, "x", 1, 0) == 1 &&
		      recv(fd, bytes, 16, 0) == 1);
	close(from);
	close(fd);
	unlink("d");
	HOLDS("socketpair", D, "SOCK_SEQPACKET keeps the bounds of messages",
	      socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0 && send(pair[0], "ab", 2, 0) == 2 &&
		      send(pair[0], "c", 1, 0) == 1 && recv(pair[1], bytes, 16, 0) == 2 &&
		      recv(pair[1], bytes, 16, 0) == 1);
	close(pair[0]);
	close(pair[1]);
}

void conform_sockets(void)
{
	fifos();
	streams();
	processes();
	datagrams();
}

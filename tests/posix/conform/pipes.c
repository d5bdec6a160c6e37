/* Pipes, and waits for several files: pipe, poll, select. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conform.h"

static volatile int broken;

static void note(int signal)
{
	broken = signal;
}

static void *write_late(void *fd)
{
	usleep(5000);
	return (void *)write(*(int *)fd, "late", 4);
}

static void piping(void)
{
	char bytes[8];
	struct stat s;
	int p[2], low = dup(1);

	pthread_t t;

	close(low);
	HOLDS("pipe", R, "0, and the two lowest descriptors",
	      pipe(p) == 0 && p[0] == low && p[1] == low + 1);
	HOLDS("pipe", D, "neither O_NONBLOCK nor FD_CLOEXEC is set",
	      fcntl(p[0], F_GETFL) == O_RDONLY && fcntl(p[1], F_GETFL) == O_WRONLY &&
		      !fcntl(p[0], F_GETFD));
	HOLDS("fstat", D, "a pipe is a FIFO", fstat(p[0], &s) == 0 && S_ISFIFO(s.st_mode));
	HOLDS("write", D, "bytes come in the order in which they were written",
	      write(p[1], "ab", 2) == 2 && write(p[1], "cd", 2) == 2 && read(p[0], bytes, 8) == 4 &&
		      !memcmp(bytes, "abcd", 4));
	pthread_create(&t, NULL, write_late, &p[1]);
	HOLDS("read", D, "waits until a byte is there", read(p[0], bytes, 8) == 4);
	pthread_join(t, NULL);
	FAILS("read", EBADF, "the end to be written", read(p[1], bytes, 1));
	FAILS("lseek", ESPIPE, "a pipe", lseek(p[0], 0, SEEK_SET));
	FAILS("pread", ESPIPE, "a pipe", pread(p[0], bytes, 1, 0));
	FAILS("ftruncate", EINVAL, "a pipe", ftruncate(p[1], 0));
	FAILS("fsync", EINVAL, "a pipe", fsync(p[1]));
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	FAILS("read", EAGAIN, "O_NONBLOCK, and nothing is there", read(p[0], bytes, 1));
	static char much[PIPE_BUF];
	long room = 0;
	while (write(p[1], much, 512) == 512)
		room += 512;
	check("write", E, "EAGAIN: O_NONBLOCK, and there is no room",
	      errno == EAGAIN && room >= PIPE_BUF);
	read(p[0], much, 100);
	FAILS("write", EAGAIN, "a part of PIPE_BUF bytes is not written alone",
	      write(p[1], much, PIPE_BUF));
	close(p[0]);
	signal(SIGPIPE, note);
	FAILS("write", EPIPE, "no reader", write(p[1], "x", 1));
	HOLDS("write", E, "EPIPE: SIGPIPE is sent to the thread", broken == SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
	close(p[1]);
	pipe(p);
	write(p[1], "rest", 4);
	close(p[1]);
	HOLDS("read", D, "without a writer the rest, then 0",
	      read(p[0], bytes, 8) == 4 && read(p[0], bytes, 8) == 0);
	close(p[0]);
	FAILS("pipe2", EINVAL, "unknown flags", pipe2(p, 0x40000000));
}

static void polling(void)
{
	int p[2];
	char byte;

	pthread_t t;

	pipe(p);
	struct pollfd all[3] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}, {-1, POLLIN, 77}};
	HOLDS("poll", R, "the number of those with events", poll(all, 3, -1) == 1);
	HOLDS("poll", D, "the events that hold", !all[0].revents && all[1].revents == POLLOUT);
	HOLDS("poll", D, "a negative descriptor is left out, with no events", all[2].revents == 0);
	HOLDS("poll", R, "0 after its time", poll(all, 1, 5) == 0);
	pthread_create(&t, NULL, write_late, &p[1]);
	HOLDS("poll", D, "waits for an event", poll(all, 1, 5000) == 1 && all[0].revents == POLLIN);
	pthread_join(t, NULL);
	read(p[0], &byte, 1);
	all[0].fd = 61;
	HOLDS("poll", D, "POLLNVAL: fd is not open",
	      poll(all, 1, 0) == 1 && all[0].revents == POLLNVAL);
	FAILS("poll", EINVAL, "more descriptors than there can be", poll(all, 1u << 30, 0));
	fd_set in, out;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(p[0], &in);
	FD_SET(p[1], &out);
	struct timeval none = {0, 0}, wrong = {0, -1};
	HOLDS("select", R, "the number of bits that are set",
	      select(p[1] + 1, &in, &out, NULL, &none) == 2);
	HOLDS("select", D, "a bit for each that is ready",
	      FD_ISSET(p[0], &in) && FD_ISSET(p[1], &out));
	read(p[0], (char[8]){0}, 8);
	FD_ZERO(&out);
	HOLDS("select", D, "the bits of those that are not ready are cleared",
	      select(p[1] + 1, &in, &out, NULL, &none) == 0 && !FD_ISSET(p[0], &in));
	FD_SET(60, &in);
	FAILS("select", EBADF, "a descriptor is not open", select(61, &in, NULL, NULL, &none));
	FAILS("select", EINVAL, "a negative number of descriptors",
	      select(-1, NULL, NULL, NULL, &none));
	FAILS("select", EINVAL, "a time that is none", select(0, NULL, NULL, NULL, &wrong));
	close(p[1]);
	all[0].fd = p[0];
	HOLDS("poll", D, "POLLHUP: the last writer is gone",
	      poll(all, 1, 0) == 1 && all[0].revents & POLLHUP);
	close(p[0]);
	int fd = open("f", O_CREAT | O_RDWR, 0600);
	struct pollfd file = {fd, POLLIN | POLLOUT, 0};
	HOLDS("poll", D, "a regular file can always be read and written",
	      poll(&file, 1, 0) == 1 && file.revents == (POLLIN | POLLOUT));
	close(fd);
	unlink("f");
}

void conform_pipes(void)
{
	piping();
	polling();
}

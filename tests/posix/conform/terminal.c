/* Terminals: descriptor 0 is one. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "conform.h"

void conform_terminal(void)
{
	struct termios before, raw, now;
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	char byte;

	HOLDS("isatty", R, "1 of a terminal", isatty(0) == 1);
	HOLDS("isatty", E, "ENOTTY: a file", isatty(fd) == 0 && errno == ENOTTY);
	HOLDS("isatty", E, "EBADF: fd is not open", isatty(61) == 0 && errno == EBADF);
	HOLDS("tcgetattr", R, "0", tcgetattr(0, &before) == 0);
	FAILS("tcgetattr", ENOTTY, "a file", tcgetattr(fd, &now));
	FAILS("tcgetattr", EBADF, "fd is not open", tcgetattr(61, &now));
	raw = before;
	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 1;
	HOLDS("tcsetattr", D, "the settings hold",
	      tcsetattr(0, TCSANOW, &raw) == 0 && tcgetattr(0, &now) == 0 &&
		      now.c_lflag == raw.c_lflag && now.c_cc[VTIME] == 1);
	HOLDS("read", D, "VMIN 0, VTIME 1: 0 after a tenth of a second", read(0, &byte, 1) == 0);
	HOLDS("tcflush", R, "0", tcflush(0, TCIFLUSH) == 0);
	FAILS("tcflush", EINVAL, "no such queue", tcflush(0, 77));
	FAILS("tcflush", ENOTTY, "a file", tcflush(fd, TCIFLUSH));
	HOLDS("tcdrain", R, "0", tcdrain(0) == 0);
	HOLDS("tcsetattr", D, "TCSADRAIN and TCSAFLUSH",
	      tcsetattr(0, TCSADRAIN, &raw) == 0 && tcsetattr(0, TCSAFLUSH, &before) == 0);
	FAILS("tcsetattr", EINVAL, "no such way", tcsetattr(0, 77, &before));
	HOLDS("cfgetospeed", R, "a speed", cfgetospeed(&before) != B0);
	HOLDS("cfsetospeed", D, "in the structure",
	      cfsetospeed(&now, B9600) == 0 && cfgetospeed(&now) == B9600);
	HOLDS("tcgetpgrp", R, "the foreground group", tcgetpgrp(0) == getpgrp());
	FAILS("tcgetpgrp", ENOTTY, "a file", tcgetpgrp(fd));
	FAILS("tcsetpgrp", EINVAL, "no group", tcsetpgrp(0, -1));
	close(fd);
	unlink("f");
}

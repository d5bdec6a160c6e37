/* Settings of the terminal at descriptor 0, by POSIX's functions: prints each expectation that does not hold, and their number. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "expect.h"

static long milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(void)
{
	struct termios before, now, raw;
	struct winsize size;
	char byte;

	EXPECT(isatty(0) == 1 && tcgetattr(0, &before) == 0);
	EXPECT(before.c_lflag & ICANON && before.c_lflag & ECHO && before.c_lflag & ISIG);
	EXPECT(before.c_cc[VINTR] == 3 && before.c_cc[VEOF] == 4);
	now = before;
	now.c_lflag &= ~(tcflag_t)ECHO;
	EXPECT(tcsetattr(0, TCSANOW, &now) == 0 && tcgetattr(0, &now) == 0 &&
	       !(now.c_lflag & ECHO) && now.c_lflag & ICANON);
	raw = before;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	EXPECT(tcsetattr(0, TCSAFLUSH, &raw) == 0 && tcgetattr(0, &now) == 0 &&
	       !(now.c_lflag & ICANON));
	EXPECT(read(0, &byte, 1) == 0);
	raw.c_cc[VTIME] = 2;
	long began = milliseconds();
	EXPECT(tcsetattr(0, TCSADRAIN, &raw) == 0 && read(0, &byte, 1) == 0 &&
	       milliseconds() - began >= 190);
	EXPECT(tcflush(0, TCIFLUSH) == 0 && tcdrain(0) == 0);
	EXPECT(tcsetattr(0, TCSANOW, &before) == 0 && tcgetattr(0, &now) == 0 &&
	       now.c_lflag == before.c_lflag);
	EXPECT(ioctl(0, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0);
	return expect_end();
}

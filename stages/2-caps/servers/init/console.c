/* Stand-in for servers/init/console.c, which joins with the console driver in stage 4: there is
 * nothing but the serial line yet, and init's lines stay on it. */
#include "servers/init/console.h"

void console_attach(const struct unit *s)
{
	(void)s;
}

void console_detach(void) {}

bool console_take(void)
{
	return false;
}

/* Any byte can be written to this port at any time, so it works even when nothing else is known about the machine. */
#include "x86/debugcon.h"
#include "x86/x86.h"

#define DEBUGCON 0xe9

void debugcon_put(char c)
{
	if (inb(DEBUGCON) == DEBUGCON)
		outb(DEBUGCON, (u8)c);
}

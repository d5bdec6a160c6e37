/* A port that any byte can be written to at any time: for a machine of which all else is in doubt. */
#include "x86/debugcon.h"
#include "x86/x86.h"

#define DEBUGCON 0xe9

void debugcon_put(char c)
{
	if (inb(DEBUGCON) == DEBUGCON)
		outb(DEBUGCON, (u8)c);
}

/* Ending the machine by QEMU's debug exit, as blog_os does; switching it off is user space's. */
#include "lib/machine.h"
#include "lib/command_line.h"
#include "x86/x86.h"

#define DEBUG_EXIT_PORT 0xf4 /* as tests configure isa-debug-exit */

bool machine_is_watched(void)
{
	return command_line_has("exit=debug");
}

_Noreturn void machine_exit(u8 code)
{
	if (machine_is_watched())
		outb(DEBUG_EXIT_PORT, code);
	for (;;)
		__asm__ volatile("cli; hlt");
}

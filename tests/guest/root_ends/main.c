/* The root task ends in the way that the command line's word how= names (tests/test_restart.py). */
#include "tests/guest/kit/short.h"
#include "lib/microk/string.h"

int main(void)
{
	if (command_line_has(kit_info->command_line, "line=divisor"))
		ioport_write(ROOT_IOPORT, 0x3fb, 1, 0x83);
	if (command_line_has(kit_info->command_line, "line=loop"))
		ioport_write(ROOT_IOPORT, 0x3fc, 1, 0x1b);
	if (command_line_has(kit_info->command_line, "how=deletes"))
		slot_delete(ROOT_THREAD);
	else
		__asm__ volatile("ud2");
	return 1;
}

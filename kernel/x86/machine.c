/* Ending the machine: for tests by QEMU's debug exit (blog_os), for people by ACPI. */
#include "x86/machine.h"
#include "boot/command_line.h"
#include "lib/string.h"
#include "x86/acpi.h"
#include "x86/x86.h"

#define DEBUG_EXIT_PORT 0xf4 /* as tests configure isa-debug-exit */
#define QEMU_PM1A_CNT 0x604  /* PIIX4 and ICH9 as QEMU sets them up */
#define QEMU_S5 0x2000

_Noreturn static void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

bool machine_is_watched(void)
{
	return command_line_has("exit=debug");
}

_Noreturn void machine_exit(u8 code)
{
	outb(DEBUG_EXIT_PORT, code);
	halt();
}

_Noreturn void machine_poweroff(void)
{
	if (acpi_facts.pm1a_cnt_port)
		outw(acpi_facts.pm1a_cnt_port, acpi_facts.s5_value);
	outw(QEMU_PM1A_CNT, QEMU_S5);
	halt();
}

_Noreturn void machine_end(u8 code)
{
	if (machine_is_watched())
		machine_exit(code);
	halt();
}

/* Beside those of version 3, what a QEMU with version 6 or 7 of the plugin interface defines. */
#include <stdint.h>

void qemu_plugin_set_pc(uint64_t address);

void qemu_plugin_set_pc(uint64_t address)
{
	(void)address;
}

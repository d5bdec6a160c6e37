/* Beside the scoreboards, what a QEMU with version 2 of the plugin interface defines. */
#include <stdint.h>

extern const uint8_t code[3];
const void *qemu_plugin_insn_data(const void *insn);

const void *qemu_plugin_insn_data(const void *insn)
{
	(void)insn;
	return code;
}

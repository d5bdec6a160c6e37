/* Beside the scoreboards, what a QEMU with version 3 or later of the plugin interface defines. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern const uint8_t code[3];
size_t qemu_plugin_insn_data(const void *insn, void *to, size_t room);
void qemu_plugin_register_vcpu_insn_exec_cond_cb(void);

size_t qemu_plugin_insn_data(const void *insn, void *to, size_t room)
{
	size_t size = room < sizeof(code) ? room : sizeof(code);

	(void)insn;
	memcpy(to, code, size);
	return size;
}

void qemu_plugin_register_vcpu_insn_exec_cond_cb(void) {}

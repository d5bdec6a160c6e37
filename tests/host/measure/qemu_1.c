/* The definitions of a QEMU with version 1 of the plugin interface. */
#include <stdint.h>

extern const uint8_t code[3];
void execute(void);
const void *qemu_plugin_insn_data(const void *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(void *insn, int op, void *to, uint64_t value);

static uint64_t *counter, added;

void execute(void)
{
	*counter += added;
}

const void *qemu_plugin_insn_data(const void *insn)
{
	(void)insn;
	return code;
}

void qemu_plugin_register_vcpu_insn_exec_inline(void *insn, int op, void *to, uint64_t value)
{
	(void)insn, (void)op;
	counter = to;
	added = value;
}

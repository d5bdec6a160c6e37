/* tools/measure/plugin.c against a QEMU that has the functions of one version (qemu_N.c). Argument: the version. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tools/measure/plugin.h"

extern int qemu_plugin_version;

/* Shared by the fakes: an instruction of three bytes, each execution of which runs the callbacks registered for
 * it. */
const uint8_t code[3] = {0x0f, 0x01, 0xf8};
void execute(void);

size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn)
{
	(void)insn;
	return sizeof(code);
}

int main(int argc, char **argv)
{
	uint8_t bytes[4] = {0, 0, 0, 0xcc};

	assert(argc == 2 && qemu_plugin_version == atoi(argv[1]));
	assert(plugin_insn_bytes(NULL, bytes, sizeof(bytes)) == 3);
	assert(!memcmp(bytes, code, 3) && bytes[3] == 0xcc);
	memset(bytes, 0xcc, sizeof(bytes));
	assert(plugin_insn_bytes(NULL, bytes, 1) == 1 && bytes[0] == 0x0f && bytes[1] == 0xcc);

	assert(plugin_counters_make(3));
	plugin_count(NULL, 1);
	execute();
	execute();
	const uint64_t *count = plugin_counters();
	assert(count[0] == 0 && count[1] == 2 && count[2] == 0);
	return 0;
}

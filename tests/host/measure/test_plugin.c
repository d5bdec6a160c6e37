/* A plugin that tests tools/measure/plugin.c from inside a QEMU (qemu.c). Argument: the version that it must have found. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/measure/plugin.h"

extern int qemu_plugin_version;
extern const uint8_t code[3];
void execute(void);

static unsigned translations;

static void test_bytes(void)
{
	uint8_t bytes[4] = {0, 0, 0, 0xcc};

	assert(plugin_insn_bytes(NULL, bytes, sizeof(bytes)) == 3);
	assert(!memcmp(bytes, code, 3) && bytes[3] == 0xcc);
	memset(bytes, 0xcc, sizeof(bytes));
	assert(plugin_insn_bytes(NULL, bytes, 1) == 1 && bytes[0] == 0x0f && bytes[1] == 0xcc);
}

static void test_counters(void)
{
	assert(plugin_counters_make(3));
	plugin_count(NULL, 1);
	execute();
	execute();
	const uint64_t *count = plugin_counters();
	assert(count[0] == 0 && count[1] == 2 && count[2] == 0);
}

static void translated(struct qemu_plugin_tb *block)
{
	assert(qemu_plugin_tb_vaddr(block) == 0x4d4b000);
	translations++;
}

static void ended(void)
{
	printf("translations %u\n", translations);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	assert(argc == 1 && qemu_plugin_version == atoi(argv[0]));
	test_bytes();
	test_counters();
	plugin_on_translated(id, translated);
	plugin_on_exit(id, ended);
	return 0;
}

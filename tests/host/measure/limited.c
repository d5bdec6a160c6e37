/*
 * A QEMU whose guest has asked for its end just before its limit. Arguments: tools/measure/limit.so, a file for its notes, and
 * the number of blocks that run before the main thread stops the processor. It ends with 0 if the plugin let it.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INSTRUCTIONS 20

typedef int (*install)(uint64_t id, const void *info, int argc, char **argv);
typedef void (*executed)(unsigned cpu, void *data);

const uint8_t code[3] = {0x0f, 0x01, 0xf8};
void translate(void *block);
void leave(void);
size_t qemu_plugin_insn_size(const void *insn);
uint64_t qemu_plugin_tb_vaddr(const void *block);
size_t qemu_plugin_tb_n_insns(const void *block);
void *qemu_plugin_tb_get_insn(const void *block, size_t index);
void qemu_plugin_register_vcpu_tb_exec_cb(void *block, executed call, int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(void *insn, executed call, int flags, void *data);

static executed block_runs;
static void *block_data;

size_t qemu_plugin_insn_size(const void *insn)
{
	(void)insn;
	return sizeof(code);
}

uint64_t qemu_plugin_tb_vaddr(const void *block)
{
	return (uintptr_t)block;
}

size_t qemu_plugin_tb_n_insns(const void *block)
{
	(void)block;
	return INSTRUCTIONS;
}

void *qemu_plugin_tb_get_insn(const void *block, size_t index)
{
	(void)index;
	return (void *)block;
}

void qemu_plugin_register_vcpu_tb_exec_cb(void *block, executed call, int flags, void *data)
{
	(void)block, (void)flags;
	block_runs = call;
	block_data = data;
}

void qemu_plugin_register_vcpu_insn_exec_cb(void *insn, executed call, int flags, void *data)
{
	(void)insn, (void)call, (void)flags, (void)data;
}

int main(int argc, char **argv)
{
	char limit[] = "limit=20", out[4096];
	int block = 0;

	if (argc != 4 || snprintf(out, sizeof(out), "out=%s", argv[2]) >= (int)sizeof(out))
		return 2;
	void *plugin = dlopen(argv[1], RTLD_NOW);
	install enter = plugin ? (install)dlsym(plugin, "qemu_plugin_install") : NULL;

	if (!enter || enter(7, NULL, 2, (char *[]){limit, out})) {
		fprintf(stderr, "%s: %s\n", argv[1], dlerror());
		return 2;
	}
	translate(&block);
	for (int i = atoi(argv[3]); i; i--)
		block_runs(0, block_data);
	leave();
	return 0;
}

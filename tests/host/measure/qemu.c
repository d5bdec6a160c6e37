/*
 * A QEMU as far as a plugin sees it: it loads the plugin named by its argument, refuses it unless the plugin's version is
 * in the range that this release knows, installs it, translates one block and ends. --version prints the release. The
 * functions that differ by version are in qemu_N.c, boards.c, callbacks.c and callbacks_7.c. RELEASE, OLDEST and NEWEST
 * come from tests/test_measure.py.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef int (*install)(uint64_t id, const void *info, int argc, char **argv);
struct qemu_plugin_tb;

/* Shared by the fakes: an instruction of three bytes, each execution of which runs the callbacks registered for
 * it. */
const uint8_t code[3] = {0x0f, 0x01, 0xf8};
size_t qemu_plugin_insn_size(const void *insn);
uint64_t qemu_plugin_tb_vaddr(const void *block);
void translate(void *block);
void leave(void);

static uint64_t block = 0x4d4b000;

size_t qemu_plugin_insn_size(const void *insn)
{
	(void)insn;
	return sizeof(code);
}

uint64_t qemu_plugin_tb_vaddr(const void *translated)
{
	return *(const uint64_t *)translated;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return puts("QEMU emulator version " RELEASE "\nCopyright") < 0;
	if (argc != 3)
		return 2;
	void *plugin = dlopen(argv[1], RTLD_NOW);
	int *version = plugin ? dlsym(plugin, "qemu_plugin_version") : NULL;
	install enter = plugin ? (install)dlsym(plugin, "qemu_plugin_install") : NULL;

	if (!version || !enter) {
		fprintf(stderr, "%s: %s\n", argv[1], dlerror());
		return 2;
	}
	if (*version < OLDEST || *version > NEWEST) {
		fprintf(stderr, "the plugin requires version %d; this QEMU supports %d to %d\n",
			*version, OLDEST, NEWEST);
		return 1;
	}
	if (enter(7, NULL, 1, argv + 2))
		return 2;
	translate(&block);
	leave();
	return 0;
}

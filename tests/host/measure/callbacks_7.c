/* The calls at a translation and at the exit, as version 7 has them. */
#include <stdint.h>

typedef void (*translated)(void *block, void *data);
typedef void (*ended)(void *data);
void translate(void *block);
void leave(void);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, translated call, void *data);
void qemu_plugin_register_atexit_cb(uint64_t id, ended call, void *data);

static translated at_translation;
static ended at_exit;
static void *translation_data, *exit_data;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, translated call, void *data)
{
	(void)id;
	at_translation = call;
	translation_data = data;
}

void qemu_plugin_register_atexit_cb(uint64_t id, ended call, void *data)
{
	(void)id;
	at_exit = call;
	exit_data = data;
}

void translate(void *block)
{
	at_translation(block, translation_data);
}

void leave(void)
{
	at_exit(exit_data);
}

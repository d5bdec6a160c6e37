/* The calls at a translation and at the exit, as versions 1 to 6 have them. */
#include <stdint.h>

typedef void (*translated)(uint64_t id, void *block);
typedef void (*ended)(uint64_t id, void *data);
void translate(void *block);
void leave(void);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, translated call);
void qemu_plugin_register_atexit_cb(uint64_t id, ended call, void *data);

static uint64_t plugin;
static translated at_translation;
static ended at_exit;
static void *exit_data;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, translated call)
{
	plugin = id;
	at_translation = call;
}

void qemu_plugin_register_atexit_cb(uint64_t id, ended call, void *data)
{
	plugin = id;
	at_exit = call;
	exit_data = data;
}

void translate(void *block)
{
	at_translation(plugin, block);
}

void leave(void)
{
	at_exit(plugin, exit_data);
}

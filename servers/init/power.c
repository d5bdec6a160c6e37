/*
 * Power. ACPI's fixed hardware first (ACPI 6.5, 4.8.3.2 PM1 control, 4.8.3.6 reset register), found
 * by the kernel at boot; then what QEMU and old PCs have. Each port is used through a capability
 * narrowed to it, so that not even init's own slip reaches another device.
 *
 * Weighed: Linux interprets AML for the last steps of a shutdown; MINIX 3 keeps a table of
 * machines. Here the S5 value is read once, without an interpreter, with a fixed fall-back.
 */
#include "servers/init/power.h"
#include "gen/protocols/power_server.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "servers/init/boot.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"
#include "lib/microk/startup.h"

/* QEMU's PM1a control port on its i440fx machine, where no ACPI was found: SLP_EN, type 0. */
#define QEMU_PM1A 0x604
#define QEMU_S5 0x2000

#define PCI_RESET 0xcf9       /* reset control register of PC chipsets (ICH9 13.7.5) */
#define PCI_RESET_ARM 0x02    /* a hard reset … */
#define PCI_RESET_FULL 0x06   /* … now */
#define KEYBOARD_COMMAND 0x64 /* 8042 controller: */
#define KEYBOARD_RESET 0xfe   /* pulse its output line 0, which resets the processor */
#define MOMENT_FRACTION 4     /* a quarter of a second */
#define DEBUG_EXIT 0xf4       /* QEMU's isa-debug-exit, if the command line names it */

static void out(u16 port, u32 bytes, u32 value)
{
	static cap_t slot; /* one for all: a machine that does not obey may be asked for ever */

	if (slot == 0)
		slot = slot_alloc();
	if (port == 0 || slot == 0 ||
	    ioport_narrow(
		    ROOT_IOPORT,
		    &(struct ioport_narrow){
			    .first = port, .count = bytes, .cnode = ROOT_CNODE, .index = slot}) !=
		    OK)
		return;
	ioport_out(slot, &(struct ioport_out){.port = port, .bytes = bytes, .value = value});
	cnode_delete(ROOT_CNODE, slot);
}

/* A machine takes a moment to react; a message after that is true. init waits without sleeping: nothing else matters any
 * more. */
static void wait_a_moment(void)
{
	u64 start = __builtin_ia32_rdtsc();

	while (__builtin_ia32_rdtsc() - start < info->tsc_hz / MOMENT_FRACTION)
		__builtin_ia32_pause();
}

void power_off(void)
{
	out(info->pm1a_cnt_port, 2, info->s5_value);
	out(QEMU_PM1A, 2, QEMU_S5);
	wait_a_moment();
	log_line("init: this machine does not switch itself off: it is safe to do so now");
}

void power_reboot(void)
{
	out(info->reset_port, 1, info->reset_value);
	out(PCI_RESET, 1, PCI_RESET_ARM);
	out(PCI_RESET, 1, PCI_RESET_FULL);
	out(KEYBOARD_COMMAND, 1, KEYBOARD_RESET);
	wait_a_moment();
	log_line("init: this machine does not restart itself: please reset it");
}

void power_exit_debug(u32 status)
{
	if (boot_option("exit=debug"))
		out(DEBUG_EXIT, 4, status);
}

static enum microk_status on_off(struct request *r)
{
	(void)r;
	power_off();
	return ERR_IO;
}

static enum microk_status on_reboot(struct request *r)
{
	(void)r;
	power_reboot();
	return ERR_IO;
}

void power_serve(struct request *r)
{
	static const struct power_ops ops = {.off = on_off, .reboot = on_reboot};

	power_dispatch(&ops, r);
}

/*
 * Switching the machine off and restarting it are the power server's, which init cannot ask: init waits for no server. It
 * needs neither. To restart the machine it ends itself, and the kernel does it; to end a test run it keeps a capability to
 * one port, QEMU's debug exit, in a boot whose command line names that device.
 */
#include "servers/init/finish.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "servers/init/boot.h"

#define DEBUG_EXIT 0xf4
#define DEBUG_EXIT_BYTES 4

void finish_debug(u32 status)
{
	static cap_t port;

	if (!boot_option("exit=debug"))
		return;
	if (port == 0)
		port = boot_ports(DEBUG_EXIT, DEBUG_EXIT_BYTES);
	ioport_out(port, &(struct ioport_out){
				 .port = DEBUG_EXIT, .bytes = DEBUG_EXIT_BYTES, .value = status});
}

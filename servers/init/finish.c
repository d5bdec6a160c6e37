/*
 * The power server switches the machine off and restarts it. init cannot call it, because init waits for no server. It
 * needs neither: when init ends, the kernel restarts the machine; and to end a test run init makes a capability to
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

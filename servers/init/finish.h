/* init's last act: ending a test run. */
#pragma once
#include "microk/types.h"

/* Under "exit=debug" on the kernel command line: ends QEMU with this status through its isa-debug-exit device. Otherwise it does
 * nothing. */
void finish_debug(u32 status);

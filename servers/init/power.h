/* Switching the machine off, restarting it, and ending a test run. */
#pragma once
#include "microk/types.h"

/* Tries all ways there are; returns only where none works. */
void power_off(void);
void power_reboot(void);

/* Under "exit=debug" on the kernel command line: ends QEMU with this status through its
 * isa-debug-exit device. Else does nothing. */
void power_exit_debug(u32 status);

/* Serves protocol power. */
struct request;
void power_serve(struct request *r);

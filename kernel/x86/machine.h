/* The ways a machine ends. */
#pragma once
#include "microk/types.h"

/* The machine was started to be watched: its command line has the word "exit=debug", and it
 * has QEMU's isa-debug-exit at port 0xf4. */
bool machine_is_watched(void);

/* Through isa-debug-exit: QEMU ends with status code * 2 + 1. Halts where there is no such device. */
_Noreturn void machine_exit(u8 code);

/* Switches off by ACPI S5 (or QEMU's customary port); halts where that does nothing. */
_Noreturn void machine_poweroff(void);

/* How a panic ends: machine_exit(code) where the machine is watched, else a halt with interrupts off. */
_Noreturn void machine_end(u8 code);

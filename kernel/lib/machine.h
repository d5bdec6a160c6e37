/* The ways a machine ends. */
#pragma once
#include "microk/types.h"

/* The machine was started to be watched: its command line has the word "exit=debug", and it
 * has QEMU's isa-debug-exit at port 0xf4. */
bool machine_is_watched(void);

/* Where the machine is watched, QEMU ends with status code * 2 + 1; else a halt with interrupts off. */
_Noreturn void machine_exit(u8 code);

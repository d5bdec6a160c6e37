/* COM1, 115200 8N1, output only: the kernel's log before and beside the console driver.
 * Registers: National Semiconductor PC16550D datasheet, section 8. */
#pragma once

#include "microk/types.h"

/* Also after a driver has left other values in its registers. */
void serial_set_up(void);

/* False: there is no room for c yet. This does not go on for ever: if a machine's port takes nothing, only the log's bytes
 * are lost. */
bool serial_try(char c);

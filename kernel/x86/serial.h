/* COM1, 115200 8N1, output only: the kernel's log before and beside the console driver.
 * Registers: National Semiconductor PC16550D datasheet, section 8. */
#pragma once

/* Waits for room, but not for ever: a machine without the port loses nothing but the log. */
void serial_put(char c);

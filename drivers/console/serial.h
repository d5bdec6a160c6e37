/* The first serial line: a 16550 UART at ports 0x3f8..0x3ff. */
#pragma once
#include "microk/types.h"

/* Sets the line to 115200 8N1 with FIFOs, keeping bytes that have arrived already, and lets the
 * UART interrupt on received bytes. False if there is no UART. */
bool serial_init(cap_t ports);

/* Sends bytes. A line that does not take them in time loses the rest: nothing waits for ever. */
void serial_write(const char *bytes, size_t count);

/* Moves received bytes, at most `size`; 0 when there are none. */
size_t serial_read(char *to, size_t size);

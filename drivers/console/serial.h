/* The first serial line: a 16550 UART at ports 0x3f8..0x3ff. */
#pragma once
#include "microk/types.h"

/* Sets the line to 115200 8N1 with FIFOs, keeps bytes that have arrived, and enables the interrupt
 * for received bytes. Returns false if there is no UART. */
bool serial_init(cap_t ports);

/* Sends bytes. If the line does not take them in time, the rest is dropped: the wait is bounded. */
void serial_write(const char *bytes, size_t count);

/* Moves received bytes, at most `size`, to `to`; returns their number. */
size_t serial_read(char *to, size_t size);

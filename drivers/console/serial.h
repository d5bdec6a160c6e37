/* The first serial line: a 16550 UART at ports 0x3f8..0x3ff. */
#pragma once
#include "microk/types.h"

/* Sets the line to 115200 8N1 with FIFOs, keeps bytes that have arrived, and enables the interrupt
 * for received bytes. Returns false if there is no UART. */
bool serial_init(cap_t ports);

/* Sends bytes, and adds each that the line has taken to *sent. Returns their number: fewer than `count` if the line does not
 * take them in time, since the wait is bounded. */
size_t serial_send(const char *bytes, size_t count, u32 *sent);

/* Moves received bytes, at most `size`, to `to`; returns their number. */
size_t serial_read(char *to, size_t size);

/* Whether the far end may send (RTS). The UART keeps a few bytes that arrive meanwhile. */
void serial_pause(bool pause);

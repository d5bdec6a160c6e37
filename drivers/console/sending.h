/*
 * The bytes for the serial line that it has not taken yet.
 *
 * A line can stand still: its reader pauses, or is gone. Weighed: waiting (a shell at the screen would stop with the line),
 * dropping at once (a reader that pauses for 50 ms lost half of a table), and keeping. Bytes are kept, up to KEPT_SENDING. Those
 * beyond it are dropped, and a mark states their number where they are missing. While the line takes bytes, an answered write has
 * been sent: the last output before a crash is on the line.
 */
#pragma once
#include "microk/types.h"

/* Adds bytes; sending_flush sends them. */
void sending_put(const char *bytes, size_t count);

/* Sends the bytes that are committed, as far as the line takes them in a bounded time. Returns whether some are left. */
bool sending_flush(void);

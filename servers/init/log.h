/*
 * init's own lines: "[ok] vfs", fault reports. Kept in memory; shown on the serial line and the kernel's screen until the
 * console takes them over (console.h).
 */
#pragma once
#include "microk/types.h"

#define LOG_BYTES 16384 /* kept, a power of two; older text is overwritten */

/* Logs one line, given without its end. Never blocks. */
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Makes print() of this program reach the first serial line. */
void log_start(void);

/* How many bytes were logged since boot; a copy of those from *at on that are still kept (at most
 * `room`), *at moved behind them. */
u64 log_written(void);
size_t log_read(u64 *at, char *to, size_t room);

/* Writes what is kept from `at` on to the serial line. */
void log_print_from(u64 at);

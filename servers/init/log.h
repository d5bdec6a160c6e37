/* init's own lines: "[ok] vfs", fault reports. They go to the log, and to the serial line by the program that holds it. */
#pragma once
#include "microk/types.h"

/* Logs one line, given without its end. Never blocks. */
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Makes print() of this program reach the first serial line. */
void log_start(void);

/* True: from now on the log's readers show init's lines. False: init shows them itself again, beginning with the lines that no
 * program has shown. */
void log_shown_elsewhere(bool elsewhere);

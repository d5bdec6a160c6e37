/* The system's log on this terminal: the console reads it as any client does (protocols/log.idl). */
#pragma once
#include "microk/types.h"

/* Shows the existing lines, and asks the log to signal `signal` for further lines. The screen gets all lines; the serial
 * line gets those that were not shown there yet. Returns like journal_show. */
bool journal_start(cap_t log, cap_t signal);

/* Shows a few new lines at a time, so that keys and programs need not wait while other programs add lines. Call it after
 * each signal, and again as long as it returns true: there may be more lines. */
bool journal_show(void);

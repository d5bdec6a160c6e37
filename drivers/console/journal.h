/* The system's log on this terminal: the console reads it as any client does (protocols/log.idl). */
#pragma once
#include "microk/types.h"

/* Shows the lines that there are, and has `signal` signalled for further ones. The screen gets all lines; the serial line
 * gets those that it has not carried yet. Returns like journal_show. */
bool journal_start(cap_t log, cap_t signal);

/* Shows what is new, some lines at once: keys and programs must not wait for as long as others add lines. Call after each signal,
 * and again if it returns true: there may be more. */
bool journal_show(void);

/* The system's log on this terminal: the console reads it as any client does (protocols/log.idl). */
#pragma once
#include "microk/types.h"

/* Shows the lines that there are, and has `signal` signalled for further ones. The screen gets all lines; the serial line
 * gets those that it has not carried yet. */
void journal_start(cap_t log, cap_t signal);

/* Shows what is new. Call after each signal. */
void journal_show(void);

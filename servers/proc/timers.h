/* Alarms of processes (POSIX, alarm and setitimer with ITIMER_REAL). They lie in the records, so they survive the server. */
#pragma once
#include "servers/proc/world.h"

/* Sends the signals that are due. The tick of the next alarm; 0: there is none. */
u64 timers_work(void);
/* In a transaction: sets the process's alarm. After it, the server must call timers_work by the tick `at`. */
void timer_set(const struct process *p, u64 at, u64 every);

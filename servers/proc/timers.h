/* Timers of processes (POSIX, timer_create, and alarm for the first). They lie in the records, so they survive the server. */
#pragma once
#include "servers/proc/world.h"

/* Sends the signals that are due. The tick of the next one; 0: there is none. */
u64 timers_work(void);
/* In a transaction: sets the process's timer. After it, the server must call timers_work by the tick `at`. */
void timer_set(const struct process *p, u32 index, const struct process_timer *to);
/* In a transaction: stops those from `from` on. */
void timers_clear(const struct process *p, u32 from);

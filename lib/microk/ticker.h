/*
 * A thread that signals a Notification some time after it is asked to.
 *
 * For a server with work that comes with time. A deadline on its receive would take every message off the kernel's shortest path
 * (measured: 1,280 instructions more for each call); a signal takes none.
 */
#pragma once
#include "lib/microk/ipc.h"

/* Starts the thread: it signals `notification`, of this program, with `badge`, `ticks` of the time-stamp counter after each
 * ticker_ask. Once for a program. ERR_LIMIT, ERR_MEMORY. */
enum microk_status ticker_begin(cap_t notification, u64 badge, u64 ticks);

/* Asks for one signal. Asked again before it has come, it changes nothing. */
void ticker_ask(void);

/* The signal has come: the next ticker_ask asks for another one. */
void ticker_came(void);

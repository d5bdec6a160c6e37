/* The log's text: a ring in the information area, and from there to every output there is. */
#pragma once
#include "microk/types.h"

/* Into the ring, which is longer. */
void log_put(const char *text, u32 bytes);

/* A piece of text is complete. It is shown at once, or later. */
void log_written(void);

/* `make` makes the next part of a text, or returns false: none waits to be made. It is called once for each step, while the ring
 * has room for LOG_MADE_BYTES more that are not shown yet, and adds at most that many. There is one such function. */
void log_make_later(bool (*make)(void));
#define LOG_MADE_BYTES 256

/* Makes a part of text, or shows a byte that is not shown yet, if the serial line has room. True: all are shown. */
bool log_show_one(void);

/* From now on `later` is called when there is something to be shown, and sees to it: at the running thread's urgency, and at most
 * at that of log_at_most. */
void log_defer(void (*later)(u8 most));

/* Lines written from now on are shown at this urgency at most: they are not about the running thread. */
void log_at_most(u8 urgency);
#define LOG_NO_THREADS 0
#define LOG_ANY 0xff

/* Shows all, and from now on everything at once: the machine is about to end, or what could show it later is in doubt. */
void log_at_once(void);

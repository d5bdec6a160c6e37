/* Reading and waiting by a command that the person can stop. */
#pragma once
#include "user/shell/stream.h"

/* stream_fill for a command that copies a whole file, which may have no end. ERR_CANCELLED: the person has typed ^C. */
enum microk_status interruptible_fill(struct stream *s);

/*
 * Waits for that many milliseconds. ERR_CANCELLED: the person has typed ^C. ERR_STATE: the kernel could not measure the clock.
 * interruptible_wait sends no message while nothing is typed; interruptible_prepare comes before it, and may return ERR_CANCELLED,
 * too. interruptible_pause is both.
 */
enum microk_status interruptible_pause(u64 ms);
enum microk_status interruptible_prepare(void);
enum microk_status interruptible_wait(u64 ms);

/* The readers of the terminal that wait for something to be typed, first come first served. */
#pragma once
#include "drivers/console/ldisc.h"
#include "lib/microk/service.h"

#define READERS_MAX 8

u32 readers_waiting(void);

/* Keeps the caller of a read of at most `size` bytes until there is something. Returns what the
 * handler returns: STATUS_DEFERRED; ERR_NO_SPACE with READERS_MAX waiting, none of them of a client that
 * has two more than the caller's, or no memory for one more; ERR_NO_REPLY for a request that is no call. */
enum microk_status readers_add(struct request *r, u32 size);

/* Answers waiting readers with what can be read. */
void readers_serve(struct ldisc *l);

/* Answers all of them with an error. */
void readers_fail(enum microk_status status);

/* Drops those with this badge, who can no longer be answered. */
void readers_forget(u64 badge);

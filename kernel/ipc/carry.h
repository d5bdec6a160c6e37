/* A call that carries capabilities, to a server that waits. */
#pragma once
#include "lib/status.h"

struct thread;

/* Delivers t's call, which its registers hold, and makes the server current, if the server waits, is to run at once, and can take
 * all that the message carries. Then it returns DELIVERED; otherwise it changes nothing and returns NOT_QUICK: the call then
 * goes the general way. */
status_t call_carry(struct thread *t, u64 tag);

/* Capabilities that travel with a message. */
#pragma once
#include "lib/status.h"
#include "sched/thread.h"

/* Derives the `count` capabilities that from's buffer names into the empty slots that to's buffer
 * names: all of them, or none and ERR_TRANSFER. */
status_t transfer_invoke(struct thread *from, struct thread *to, u32 count);

/* The message of a reply could not carry its capabilities: a server that minted a watched slot to give it away receives
 * ST_CLOSED for it. */
void transfer_failed(struct thread *from, u32 count);

/* The short way back from a fault. */
#pragma once
#include "lib/status.h"

struct thread;

/* t answers a caller that does not await a message, by a SYS_REPLY_RECV without words, which its registers hold. If that caller has
 * faulted and is to go on at once, and nothing else waits for t, the caller is current when this returns DELIVERED. Otherwise it
 * changes nothing and returns NOT_QUICK: the system call then goes the general way. */
status_t fault_resume_quick(struct thread *t, u64 tag);

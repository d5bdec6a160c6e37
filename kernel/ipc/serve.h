/* Who serves an endpoint, and calls that would wait for themselves. */
#pragma once
#include "ipc/status.h"
#include "sched/thread.h"

struct endpoint;

/* t receives from ep: it is its server, unless another thread is too (then there is none). */
void endpoint_serve(struct endpoint *ep, struct thread *t);

/* The thread or the endpoint goes. */
void endpoint_unserve(struct endpoint *ep);

/* True, and said on the log by names, if t's call to ep could never be answered since its server
 * waits, through however many calls, for t itself. */
bool deadlock_closes(const struct thread *t, const struct endpoint *ep);

/* The threads that serve an endpoint, and calls that would wait for themselves. */
#pragma once
#include "lib/status.h"
#include "sched/thread.h"

struct endpoint;

/* t received from ep, or waits there: it is one of its servers until it receives elsewhere or stops. A poll that found no
 * message does not make t a server. */
void endpoint_serve(struct endpoint *ep, struct thread *t);

/* t serves no endpoint any more: it has stopped, or its endpoint ends. */
void endpoint_unserve(struct thread *t);

/* t's wait was ended by another thread (NULL: there was none). If it had faulted, it may be left stopped. */
static inline void endpoint_unserve_stopped(struct thread *t)
{
	if (t && t->state == THREAD_STOPPED)
		endpoint_unserve(t);
}

/* True, and reported on the log by names, if t's call to ep could never be answered because its server waits for t itself,
 * directly or through other calls. */
bool deadlock_closes(const struct thread *t, const struct endpoint *ep);

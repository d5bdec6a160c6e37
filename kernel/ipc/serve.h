/* The threads that serve an endpoint, and calls that would wait for themselves. */
#pragma once
#include "lib/status.h"
#include "sched/thread.h"

struct endpoint;

/* t received from ep, or waits there: it is one of its servers until it receives elsewhere or stops. A poll that found no
 * message does not make t a server. */
void endpoint_serve(struct endpoint *ep, struct thread *t);

/* t serves no endpoint any more: it has stopped, or is about to, or its endpoint ends. Of its endpoint the rest is done later
 * (endpoint_look). A stopped thread serves none. */
void endpoint_unserve(struct thread *t);

/* ep, in whose queue threads wait, may have been left to a single server: it is looked at later, when the processor is free for
 * the most urgent of these threads. */
void endpoint_look_later(struct endpoint *ep);

/* One step of a look: turns away a thread whose call to ep could never be answered (ERR_DEADLOCK; one that waits to report a fault
 * stays stopped, and its fault is printed), or lets the waiting threads lend their urgency to the one server. True: that was
 * the last. */
bool endpoint_look(struct endpoint *ep);

/* True, and reported on the log by names, if t's call to ep could never be answered because its server waits for t itself,
 * directly or through other calls. */
bool deadlock_closes(const struct thread *t, const struct endpoint *ep);

/* The threads that wait to send through a capability, kept so that no message outlives the right to send it. */
#pragma once
#include "object/slot.h"
#include "sched/thread.h"

/* t waits in the queue of the Endpoint, and sent through s. */
void sent_add(struct slot *s, struct thread *t);

/* t leaves the queue, for any reason. */
void sent_remove(struct thread *t);

/* A capability was moved into s. */
void sent_moved(struct slot *s);

/* Takes one thread that waits to send through s out of the queue; its call ends with ERR_GONE. False: no thread waits. */
bool sent_cancel_one(struct slot *s);

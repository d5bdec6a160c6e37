/* ST_CLOSED: notifies a server that the last descendant of a capability that it gave away is gone. */
#pragma once
#include "object/slot.h"
#include "sched/thread.h"

struct endpoint;

/* The watched slot has no descendant any more: wakes a waiting receiver with ST_CLOSED, else queues the
 * slot itself on its endpoint. */
void closed_raise(struct slot *s);

/* Takes the slot off its endpoint's queue (it is deleted, moved, or given away again). */
void closed_remove(struct slot *s);

/* If a watched slot is queued, takes it off the queue, and `t` receives ST_CLOSED with its badge. */
bool closed_take(struct endpoint *ep, struct thread *t);

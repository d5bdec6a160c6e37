/* Priority inheritance: whoever is waited for runs at least as urgently as who waits. */
#pragma once
#include "sched/thread.h"

struct endpoint;

/* `server` now owes `caller` an answer. */
void inherit_begin(struct thread *server, const struct thread *caller);

/* Somebody no longer waits for `server`: back to its own priority, or that of who still does. */
void inherit_end(struct thread *server);

/* `sender` waits in the endpoint's queue. */
void inherit_queue(struct endpoint *ep, const struct thread *sender);

/* Whom a waiting thread waits for, where that can be told; else NULL. */
struct thread *thread_waits_for(const struct thread *t);

/* Sets a thread's own priority; what it runs at follows. */
void inherit_set_own(struct thread *t, u8 priority);

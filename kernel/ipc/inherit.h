/* Priority inheritance: a thread runs at least as urgently as the threads that wait for it. */
#pragma once
#include "sched/thread.h"

struct endpoint;

/* `server` now owes `caller` an answer. */
void inherit_begin(struct thread *server, const struct thread *caller);

/* The threads that wait for `server` (NULL: none) have changed: it runs at its own priority, or that of the most urgent of them. */
void inherit_end(struct thread *server);

/* `server` no longer owes `caller` an answer. */
void inherit_return(struct thread *server, struct thread *caller);

/* `server` saved `caller` in a Reply object: the caller lends it its urgency until a thread answers through that object. */
void inherit_save(struct thread *server, struct thread *caller);

/* The thread ends: releases one caller that it saved, to which from now on no particular thread owes the answer. False: none
 * is left. */
bool inherit_forget_one(struct thread *server);

/* `sender` waits in the endpoint's queue. */
void inherit_queue(struct endpoint *ep, const struct thread *sender);

/* The thread that a waiting thread waits for, where it is known; else NULL. */
struct thread *thread_waits_for(const struct thread *t);

/* Sets a thread's own priority; the priority at which it runs follows. */
void inherit_set_own(struct thread *t, u8 priority);

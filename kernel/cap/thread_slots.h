/* The capabilities that a thread needs lie in slots of its own, and their content is cached in it. */
#pragma once
#include "sched/thread.h"

/* Recomputes the values cached from an embedded slot that was filled or emptied. A thread that
 * loses its AddressSpace or CSpace stops. */
void thread_slot_changed(struct thread *t, enum thread_slot which);

/* Brings a thread to a signal (struct process_control). */
#pragma once
#include "protocols/process.h"
#include "servers/proc/world.h"

/* The thread, which does not block the signal, is diverted, or its wait ends; or it comes to the signal by itself. `c`:
 * its part. False: its stack has no room. */
bool divert_kick(const struct process *p, const struct thread *t, const struct process_control *c, u32 signal);
/* The thread waits for the answer to its fault, and goes on diverted after that. False: its stack has no room. */
bool divert_faulted(const struct process *p, const struct thread *t, const struct process_control *c, u32 signal);

/* The general registers of a thread that does not run (microk/registers.h). */
#pragma once
#include "lib/status.h"
#include "sched/thread.h"

/* Sets the thread pointer in the object: it is in the processor after the next switch to t. */
void thread_tls_set(struct thread *t, u64 fs_base);

/* Those that t would have if it went on now. */
struct general_registers registers_of(const struct thread *t);

/* t goes on with these; of the flags it gets those that a thread chooses. ERR_RANGE, and nothing is changed: the
 * instruction pointer or the thread pointer is not a user address. */
status_t registers_set(struct thread *t, const struct general_registers *g);

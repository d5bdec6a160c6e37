/* THREAD_READ and THREAD_WRITE: the registers of a thread that does not run (microk/registers.h). */
#pragma once
#include "object/invoke.h"
#include "sched/thread.h"

/* Sets the thread pointer in the object: it is in the processor after the next switch to t. */
void thread_tls_set(struct thread *t, u64 fs_base);

status_t thread_read_decode(struct invocation *inv, const struct thread *t);
status_t thread_write_decode(struct invocation *inv, struct thread *t);

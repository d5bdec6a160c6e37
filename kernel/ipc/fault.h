/* A thread's fault becomes a message to its fault endpoint (microk/ipcbuf.h: enum fault_word). */
#pragma once
#include "microk/types.h"
#include "sched/thread.h"

/* The current thread faulted: fault_vector, fault_error and fault_address are set. It waits for its
 * handler, or stops if it has none. */
void fault_raise(struct thread *t);

/* The faulted thread's handler has dropped the report, and is not linked to the thread any more: the same fault is reported
 * anew. False: its reports are used up, or no thread will take it. That is printed, and the thread does not wait any more. */
bool fault_again(struct thread *t);

/* Writes the report of the faulted thread where `to` receives it. */
void fault_deliver(struct thread *faulted, struct thread *to, u64 badge);

/* Prints a fault that no thread handles, with the name of the one that faulted. */
void fault_print(const struct thread *t);

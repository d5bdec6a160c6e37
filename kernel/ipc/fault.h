/* A thread's fault becomes a message to its fault endpoint (microk/ipcbuf.h: enum fault_word). */
#pragma once
#include "lib/status.h"
#include "sched/thread.h"

/* The current thread faulted: fault_vector, fault_error and fault_address are set. It waits for its
 * handler, or stops if it has none. */
void fault_raise(struct thread *t);

/* The faulted thread's handler has dropped the report, and is not linked to the thread any more: the same fault is reported
 * anew. False: its reports are used up, or no thread will take it. That is printed, and the thread neither waits nor serves an
 * endpoint any more. */
bool fault_again(struct thread *t);

/* The faulted thread's handler, `from`, is about to answer it: takes the registers that the answer sets. ERR_RANGE: the
 * instruction pointer is not a user address; ERR_LENGTH, ERR_BUFFER: see message_check, and an answer of more than 8 words
 * that is not as long as the report. Then nothing is changed. */
status_t fault_answer(struct thread *faulted, const struct thread *from, u64 tag);

/* Writes the report of the faulted thread where `to` receives it. */
void fault_deliver(struct thread *faulted, struct thread *to, u64 badge);

/* Prints a fault that no thread handles, with the name of the one that faulted. */
void fault_print(const struct thread *t);

/* From one thread to another. */
#pragma once
#include "sched/thread.h"

/* Makes t (NULL: no thread) the current thread of this processor: entry stack, address space and thread
 * pointer are t's when it returns. The registers follow at the exit, from t->regs. */
void thread_switch(struct thread *t);

/* Charges the time since the last charge to t. */
void thread_charge(struct thread *t);

/* t is current, and its thread pointer changed. */
void thread_tls_changed(struct thread *t);

/* Sets the place where user entry saves registers: TSS.rsp0, which the system-call entry reads too (thread.c). */
void entry_stack_set(struct thread *t);

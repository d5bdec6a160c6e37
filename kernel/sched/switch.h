/* From one thread to another. */
#pragma once
#include "sched/thread.h"

/* Makes t (NULL: no thread) the current thread of this processor: entry stack, address space and thread
 * pointer are t's when it returns. The registers follow at the exit, from t->regs. */
void thread_switch(struct thread *t);

/* Charges the time since the last charge to t. */
void thread_charge(struct thread *t);

/* The address space with this top-level table is about to go: leave it if it is loaded. */
void space_leave(u64 root_phys);

/* t is current, and its thread pointer changed. */
void thread_tls_changed(struct thread *t);

/* Forgets all of the address space, if it is loaded. */
void tlb_forget_all(u64 root_phys);

/* Forgets a page of the address space, if it is loaded (without PCID no other has entries). */
void tlb_forget(u64 root_phys, u64 address);

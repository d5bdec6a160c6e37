/* THREAD_READ and THREAD_WRITE: the registers of a thread that does not run (microk/registers.h). */
#pragma once
#include "object/invoke.h"
#include "sched/thread.h"

status_t thread_read_decode(struct invocation *inv, const struct thread *t);
status_t thread_write_decode(struct invocation *inv, struct thread *t);

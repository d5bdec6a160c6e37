/* Recording messages (microk/trace.h), and the Kernel capability that switches it. */
#pragma once
#include "cap/invoke.h"
#include "microk/trace.h"
#include "sched/cpu.h"

struct endpoint;

/* t is about to call or send through the capability, or to reply to `caller` (NULL: nobody). */
void trace_message(struct thread *t, enum trace_kind kind, u64 tag, const struct slot *s, struct thread *caller);

/* Only when somebody looks: the one test that tracing costs the slow path, and the fast one nothing. */
static inline bool trace_is_on(void) { return this_cpu()->slow_reasons & SLOW_TRACE; }

u64 trace_phys(void);
status_t kernel_decode(struct invocation *inv);

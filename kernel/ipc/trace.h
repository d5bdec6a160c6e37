/* Recording messages (microk/trace.h). */
#pragma once
#include "object/invoke.h"
#include "microk/trace.h"
#include "x86/cpu.h"

struct endpoint;

void trace_record(struct thread *t, enum trace_kind kind, u64 tag, const struct slot *s, struct thread *caller);

/* t is about to call or send through the capability, or to reply to `caller` (NULL: no caller). The event is recorded only
 * while tracing is on. That test is all that tracing costs the slow path; it costs the fast path nothing. */
static inline void trace_message(struct thread *t, enum trace_kind kind, u64 tag, const struct slot *s, struct thread *caller)
{
	if (this_cpu()->slow_reasons & SLOW_TRACE)
		trace_record(t, kind, tag, s, caller);
}

u64 trace_phys(void);
void trace_switch(bool on);

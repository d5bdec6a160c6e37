/* Preemption points: interrupts are off in the kernel, so a long operation asks whether one waits. */
#include "cap/reap.h"
#include "x86/apic.h"

bool preempt_pending(void) { return apic_pending(); }

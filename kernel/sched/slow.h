/* Reasons that keep IPC off the fast path (x86/cpu.h: SLOW_*). */
#pragma once
#include "microk/types.h"

/* Sets or clears some of cpu->slow_reasons. */
void slow_reasons_set(u64 reasons, bool on);

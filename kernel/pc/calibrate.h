/* Measuring the TSC, and the local APIC's timer against it. */
#pragma once
#include "microk/types.h"

#define RATIO_SHIFT 24

/* Sets *hz to the TSC's ticks a second, and *ratio to the timer's ticks per TSC tick << RATIO_SHIFT. `timer` reads the local APIC's
 * timer, which counts down from ~0. Takes some 12 ms. A machine without a clock of known rate is refused. */
void calibrate(u32 (*timer)(void), u64 *hz, u64 *ratio);

/* The timing wheel: whose deadline comes next. Level l has 64 lists, each as wide as all of level
 * l-1, so a thread is put in and taken out in constant time, wherever its deadline lies. */
#pragma once
#include "microk/types.h"

struct thread;

#define WHEEL_LEVELS 9
#define WHEEL_SLOTS 64
#define WHEEL_QUANTUM_BITS 10 /* TSC ticks to a list of level 0: below a microsecond at 1 GHz and more */

struct wheel {
	u64 next_tsc;             /* when the next list comes up, in TSC ticks; ~0: none waits */
	u64 now;                  /* quanta; all before has expired */
	u64 filled[WHEEL_LEVELS]; /* bit s: lists[l][s] is not empty */
	struct thread *lists[WHEEL_LEVELS][WHEEL_SLOTS];
};

/* The budget of each service in the log: a burst, and then a number of bytes a second. Pure. */
#pragma once
#include "microk/types.h"

#define BUDGET_BURST 4096u /* bytes at once */
#define BUDGET_RATE 512u   /* bytes earned a second */
#define BUDGET_WRITE 16u   /* the cost of a write besides its bytes */

struct budget {
	u64 used;    /* bytes */
	u64 since;   /* tick of the TSC that `used` was brought up to */
	u32 dropped; /* writes refused since the last accepted write */
};

/* Whether `bytes` may be added at this tick; if not, the refusal is counted. `hz`: ticks a second. */
bool budget_take(struct budget *b, u64 bytes, u64 now, u64 hz);

/* The slot allocator behind slot_alloc and slot_free of startup.h. */
#pragma once
#include "lib/microk/startup.h"

/* Largest CNode the allocator can keep account of. */
#define SLOTS_MAX 4096

/* Makes the slots first..end-1 of the program's CNode the ones to hand out, all of them empty.
 * Only the root task, which has no startup page, needs this; must come before any slot_alloc. */
void slots_init(cap_t first, cap_t end);

/* How many slots are free. */
u32 slots_free_count(void);

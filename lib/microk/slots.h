/* The slot allocator behind slot_alloc and slot_free of startup.h. */
#pragma once
#include "lib/microk/startup.h"

/* Slots of the largest CNode that the allocator supports. */
#define SLOTS_MAX 4096

/* Makes the slots first..end-1 of the program's CNode free for slot_alloc; they must be empty. Only
 * the root task, which has no startup page, needs this. It must come before any slot_alloc. */
void slots_init(cap_t first, cap_t end);

/* The number of free slots. */
u32 slots_free_count(void);

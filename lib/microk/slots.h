/* The free slots of the program's CNode. */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

/* An empty slot of the program's CNode, from a free list; 0 when the CNode is full. */
cap_t slot_alloc(void);
/* Takes the lowest run of `count` empty slots and returns the first; 0 when there is none. */
cap_t slot_alloc_run(u32 count);
/* Frees a slot, which must be empty. */
void slot_free(cap_t slot);
/* Deletes the capability in the slot and frees the slot. */
void slot_drop(cap_t slot);
/* Mints a capability of the program's own into a new slot. `flags`: MINT_*. ERR_LIMIT: no free slot; else the kernel's errors.
 * After an error *slot is 0. */
enum microk_status cap_mint(cap_t from, u64 rights, u64 badge, u64 flags, cap_t *slot);

/* Slots of the largest CNode that the allocator supports. */
#define SLOTS_MAX 4096

/* Makes the slots first..end-1 of the program's CNode free for slot_alloc; they must be empty. Only
 * the root task, which has no startup page, needs this. It must come before any slot_alloc. */
void slots_init(cap_t first, cap_t end);

/* The number of free slots. */
u32 slots_free_count(void);

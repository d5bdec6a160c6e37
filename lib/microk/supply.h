/*
 * The source of new objects: memory for them, and slots for their capabilities. A program has one supply of its own
 * (memory.h). A program that makes others has one more for each of them, so that each program pays for its own objects.
 */
#pragma once
#include "lib/microk/ipc.h"
#include "microk/cap.h"

struct supply {
	cap_t memory, memory_end; /* Untypeds, tried from the last to the first */
	cap_t next, end;          /* empty slots of the program's CNode; end 0: the slots of slot_alloc */
	cap_t spare;              /* a page table that was made and then not needed */
};

/* Takes an empty slot; 0 when there are no more. */
cap_t supply_slot(struct supply *s);
/* Takes `count` empty slots in a row and returns the first; 0 when there is no such row. */
cap_t supply_slots(struct supply *s, u32 count);

/* Makes an object (sizes: microk/cap.h) in a new slot. ERR_LIMIT: no free slot; ERR_MEMORY. */
enum microk_status supply_make(struct supply *s, u64 type, u64 size, cap_t *slot);
/* Makes an object in an empty slot that the caller has taken. */
enum microk_status supply_make_in(const struct supply *s, u64 type, u64 size, cap_t slot);

/* Derives a capability to the same object into *slot, an empty one of the supply; if it is 0, a slot is taken first, once for all
 * such copies. ERR_LIMIT: no free slot. */
enum microk_status supply_copy(struct supply *s, cap_t from, u64 rights, cap_t *slot);

/* Maps a Frame, making the page tables that the address still lacks. `rights`: RIGHT_*; `attributes`: MAP_*. */
enum microk_status supply_map(struct supply *s, cap_t space, cap_t frame, u64 address, u64 rights,
			      u64 attributes);

/* Bytes left in the supply's Untypeds. */
u64 supply_free(const struct supply *s);

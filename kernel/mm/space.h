/* AddressSpace: a top-level page table and an identity that outlives mappings. */
#pragma once
#include "object/invoke.h"
#include "object/object.h"

struct space {
	struct kobject header;
	u64 *root; /* the table: it lies in the 4096 bytes before this header */
	u64 root_phys;
	u64 ref; /* space_ref, by which Frame and PageTable slots remember it */
	u32 log_account; /* mm/log_account.h */
};
_Static_assert(sizeof(struct space) <= SPACE_BYTES - TABLE_BYTES, "retype");

/* Must be called once, before the root task is made. `memory` has spaces_bytes(end) zeroed bytes; RAM ends at `end`. */
u64 spaces_bytes(u64 end);
void spaces_init(void *memory, u64 end);

/* Makes zeroed memory an AddressSpace; its table lies in the page before it. */
void space_init(struct space *s, u64 *root);

/* The address space a slot remembers, or NULL if it is gone. */
struct space *space_find(u64 ref);

/* Ends the identity. The references of Frames mapped in it become stale. */
void space_destroy(struct space *s);

/* CNode: a flat table of slots. */
#pragma once
#include "object/invoke.h"
#include "object/object.h"
#include "object/slot.h"

struct cnode {
	struct kobject header;
	u64 count; /* shrinks while the CNode dies */
	u8 pad[CNODE_HEADER_BYTES - sizeof(struct kobject) - sizeof(u64)];
	struct slot slots[];
};
_Static_assert(sizeof(struct cnode) == CNODE_HEADER_BYTES, "slots start on a cache line");

/* Finds slot `index` of the CNode that capability `cnode` of the caller names: for methods that take a
 * slot as "cnode, index". OK, ERR_CAP, ERR_TYPE, ERR_RIGHTS or ERR_RANGE (slot 0 stays empty). */
status_t cnode_slot(const struct thread *caller, u64 cnode, u64 index, struct slot **out);

/* Fills the empty slot `to` with a child of `from` that has at most these rights and the same badge
 * and no mapping. Cannot fail. */
void slot_derive(struct slot *to, struct slot *from, u32 rights);

/* CNODE_COPY and CNODE_MINT of a CNode that the caller may write. Each takes a fixed number of steps, and wakes no thread. */
status_t cnode_copy_decode(struct invocation *inv);
status_t cnode_mint_decode(struct invocation *inv);

/* CNODE_COPY_BYTES of a CNode that the caller may write (copy_bytes.c). PREEMPTED: the caller's words have the rest. */
status_t cnode_copy_bytes_decode(struct invocation *inv);

/* CNODE_COPY_SLOTS of a CNode that the caller may write (copy_slots.c). PREEMPTED: likewise. */
status_t cnode_copy_slots_decode(struct invocation *inv);

/* Returns the content of a slot (describe.c). */
status_t describe_invoke(const struct slot *s, struct invocation *inv);

/* Returns the index and the content of the first used slot at or after the index that inv names, or 0 (describe.c). */
status_t next_invoke(const struct cnode *c, struct invocation *inv);

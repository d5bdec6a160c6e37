/*
 * init's own memory and slots, and the furnishing of address spaces.
 *
 * What is taken here is never given back: it is for what outlives instances. What an instance
 * is made of comes from its service's Untyped instead, and goes by revoking that.
 */
#pragma once
#include "lib/microk/ipc.h"

/* init's CSpace: the kernel fills up to ROOT_FREE, lib/microk's slot_alloc has the slots up to
 * INIT_SLOTS, these functions the rest. */
#define INIT_SLOTS 1024

/* `count` consecutive empty slots of init's CNode; 0 when there are no more. */
cap_t slots_take(u32 count);

/* Makes one object from the root's Untypeds, in `slot` of init's CNode. */
enum microk_status pool_make(u64 type, u64 size, cap_t slot);
/* Bytes left in the root's Untypeds. */
u64 pool_free(void);

/* Maps a frame of a program's for init to look at, one at a time; NULL if that fails. */
void *window_open(cap_t frame, u64 pages, u64 rights);
void window_close(void);

/* An address space and where its page tables come from. */
struct mapper {
	cap_t space;
	cap_t memory;     /* Untyped for the tables; 0: the pool */
	cap_t next, end;  /* empty slots of init's CNode, for the tables and the frames */
	cap_t spare;      /* a table made and not needed yet */
};

/* An empty slot of the mapper's, taken; 0 when there are no more. */
cap_t mapper_slot(struct mapper *m);
/* Maps a frame of `pages`, making tables where they are missing. `rights`: RIGHT_*. */
enum microk_status mapper_map(struct mapper *m, cap_t frame, u64 pages, u64 address, u64 rights,
                              u64 attributes);
/* Makes zeroed memory from m->memory, copies `data` to its start, maps it at `address`
 * (page-aligned). *first, where given, is the frame's slot. */
enum microk_status mapper_fill(struct mapper *m, u64 address, u64 memory_bytes, const void *data,
                               u64 data_bytes, u64 rights, cap_t *first);

/*
 * A pool of memory that is handed out in chunks and comes back one by one, in any order: how a process server gives its processes
 * memory. A chunk is an Untyped of a power of two of bytes.
 *
 * A service has one Untyped, and its end is one revoke (lib/microk/supply.h only ever takes). A process maps and unmaps,
 * starts threads and joins them, for as long as it runs; the memory of each of these has to be free again while the others
 * stay, and an Untyped is free only as a whole. Hence chunks, which are given back separately.
 */
#pragma once
#include "lib/microk/ipc.h"
#include "microk/cap.h"

struct chunks {
	cap_t cnode;  /* the program's CSpace: chunks_slots slots from `first` on are the pool's; the first has its memory */
	cap_t first;
	u64 least;    /* bytes of the smallest chunk: a multiple of a page */
	u32 levels;   /* sizes of chunks: the largest is 2^(levels - 1) times as large as the smallest, and is all of the memory */
	u8 *state;    /* chunks_slots bytes, of chunks.c */
};

/* The slots, and bytes of state, of a pool with this number of sizes. */
static inline u64 chunks_slots(u32 levels) { return (1ul << levels) - 1; }

/* The fields are set, and the memory is in the first slot, without children. */
void chunks_begin(struct chunks *c);

/*
 * The same for a successor, whose predecessor left no bytes of state that can be relied on: the kernel knows which chunks there
 * are, and the program which of them are in use. chunks_find, then chunks_keep of each chunk in use, then chunks_settle, which
 * empties all others. Errors: the kernel's.
 */
enum microk_status chunks_find(struct chunks *c);
/* ERR_ARG: there is no such chunk, or it is cut into others. */
enum microk_status chunks_keep(struct chunks *c, cap_t slot);
enum microk_status chunks_settle(struct chunks *c);

/* Takes a chunk of at least so many bytes, and stores the slot that its Untyped lies in. ERR_ARG: 0 bytes; ERR_MEMORY: no
 * chunk of this size is free; or one of the kernel's errors, and then nothing was taken. */
enum microk_status chunks_take(struct chunks *c, u64 bytes, cap_t *slot);

/* Gives the chunk in that slot back: all that was made of it ends. ERR_ARG: no chunk of this slot was taken; or one of the
 * kernel's errors, and then the chunk is still taken. */
enum microk_status chunks_give(struct chunks *c, cap_t slot);

/* The bytes that are not taken. */
u64 chunks_free(const struct chunks *c);

/* A ring of 16-bit units: typed bytes and marks that have not been read yet. */
#pragma once
#include "microk/types.h"

#define RING_SIZE 4096u /* a power of two, so that the counters may wrap */

/* head - tail, the units held, is at most RING_SIZE at any time. */
struct ring {
	u32 head, tail; /* units ever put and ever taken, mod 2^32 */
	u16 unit[RING_SIZE];
};

static inline u32 ring_used(const struct ring *r)
{
	return r->head - r->tail;
}

static inline u32 ring_free(const struct ring *r)
{
	return RING_SIZE - ring_used(r);
}

/* Returns false and changes nothing when the ring is full. */
static inline bool ring_put(struct ring *r, u16 unit)
{
	if (ring_free(r) == 0)
		return false;
	r->unit[r->head++ % RING_SIZE] = unit;
	return true;
}

/* The unit `at` places from the oldest; at < ring_used. */
static inline u16 ring_peek(const struct ring *r, u32 at)
{
	return r->unit[(r->tail + at) % RING_SIZE];
}

/* Removes the oldest `count` units; count <= ring_used. */
static inline void ring_drop(struct ring *r, u32 count)
{
	r->tail += count;
}

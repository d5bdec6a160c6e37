/* A ring of 16-bit units: typed bytes and marks that have not been read yet. */
#pragma once
#include "microk/types.h"

/* head - tail, the units held, is at most `size` at any time. */
struct ring {
	u16 *unit;
	u32 size;       /* a power of two, so that the counters may wrap */
	u32 head, tail; /* units ever put and ever taken, mod 2^32 */
};

static inline u32 ring_used(const struct ring *r)
{
	return r->head - r->tail;
}

static inline u32 ring_free(const struct ring *r)
{
	return r->size - ring_used(r);
}

/* Returns false and changes nothing when the ring is full. */
static inline bool ring_put(struct ring *r, u16 unit)
{
	if (ring_free(r) == 0)
		return false;
	r->unit[r->head++ % r->size] = unit;
	return true;
}

/* The unit `at` places from the oldest; at < ring_used. */
static inline u16 ring_peek(const struct ring *r, u32 at)
{
	return r->unit[(r->tail + at) % r->size];
}

/* Removes the oldest `count` units; count <= ring_used. */
static inline void ring_drop(struct ring *r, u32 count)
{
	r->tail += count;
}

/*
 * A ring of typed bytes that have not been read yet. A unit is a byte, or a byte with a mark (RING_MARK), which is the line
 * discipline's own.
 */
#pragma once
#include "microk/types.h"

#define RING_MARK 0x100u

/* head - tail, the units held, is at most `size` at any time. */
struct ring {
	u8 *byte;       /* `size` of them */
	u8 *mark;       /* a bit for each, size / 8 */
	u32 size;       /* a power of two, at least 8, so that the counters may wrap */
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
	u32 at = r->head % r->size;
	u8 bit = (u8)(1 << at % 8);

	if (ring_free(r) == 0)
		return false;
	r->byte[at] = (u8)unit;
	r->mark[at / 8] = (u8)(unit & RING_MARK ? r->mark[at / 8] | bit : r->mark[at / 8] & ~bit);
	r->head++;
	return true;
}

/* The unit with that number, of those that were ever put; the last `size` of them are there. */
static inline u16 ring_unit(const struct ring *r, u32 number)
{
	u32 at = number % r->size;

	return (u16)(r->byte[at] | (r->mark[at / 8] >> at % 8 & 1 ? RING_MARK : 0));
}

/* The unit `at` places from the oldest; at < ring_used. */
static inline u16 ring_peek(const struct ring *r, u32 at)
{
	return ring_unit(r, r->tail + at);
}

/* Removes the oldest `count` units; count <= ring_used. */
static inline void ring_drop(struct ring *r, u32 count)
{
	r->tail += count;
}

/* A set of places in memory, each a multiple of MARK_BYTES. Finding the first in a range takes a bounded number of steps. */
#pragma once
#include "microk/types.h"

#define MARK_BYTES 64

/* Bytes of memory that the set needs for places below `end`. */
u64 marks_bytes(u64 end);

/* Makes an empty set in `memory`, which must be zeroed. May be called again to start with an empty set. */
void marks_init(void *memory, u64 end);

void mark_set(u64 place);
void mark_clear(u64 place);

/* The first place in the set that lies in [start, end); ~0: there is none. */
u64 mark_first(u64 start, u64 end);

/*
 * Memory that is given back in the reverse order of taking: the shell's texts, trees and expanded words. Pure.
 *
 * ash has the same (its stack marks); rc counts references. A shell's memory nests as its commands do, so marks suffice, nothing
 * can leak, and the bound is one number.
 */
#pragma once
#include "microk/types.h"

struct arena {
	u8 *base;
	size_t bytes, used;
};

/* Memory aligned to 16, not cleared; NULL: it does not fit. */
void *arena_take(struct arena *a, size_t bytes);
/* A copy of the text, with a null byte after it; NULL: it does not fit. */
char *arena_copy(struct arena *a, const char *text, size_t length);

static inline size_t arena_mark(const struct arena *a)
{
	return a->used;
}

/* Gives back all that was taken after the mark. */
static inline void arena_release(struct arena *a, size_t mark)
{
	a->used = mark;
}

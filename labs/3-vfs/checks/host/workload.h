/* The workloads on which orders of eviction are measured, as numbers of pages. They follow from a seed. */
#pragma once
#include "microk/types.h"

#define CACHE_PAGES 256u
#define ACCESSES 60000u
#define PAGES_MOST 8192u /* numbers of pages are below this */

enum workload { LONG_READ, NEW_WORK, LOOP, WORKLOADS };
#define WORKLOAD_NAMES {"a long read beside the work", "the work changes", "a loop that does not fit"}

static inline u64 workload_random(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ul);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ul;
	z = (z ^ z >> 27) * 0x94d049bb133111ebul;
	return z ^ z >> 31;
}

/* One of the pages first..first+count-1: the earlier half of them three times as often as the later one, and so on in the half. */
static inline u32 workload_one_of(u64 *state, u32 first, u32 count)
{
	while (count > 4) {
		u32 half = count / 2;

		if (workload_random(state) % 4 < 3) {
			count = half;
		} else {
			first += half;
			count -= half;
		}
	}
	return first + (u32)(workload_random(state) % count);
}

/*
 * LONG_READ: programs use 240 pages, some much more often than others, and beside them one reads 4,096 pages once, from
 * the first to the last, and begins again (a backup, a search). NEW_WORK: the same, but the 240 pages are others after each
 * 15,000 accesses. LOOP: 300 pages are read from the first to the last again and again, beside a few that are in use.
 */
static inline void workload_make(enum workload which, u64 seed, u32 *page)
{
	u64 state = seed;

	for (u32 i = 0, next = 0; i < ACCESSES; i++) {
		u64 r = workload_random(&state) % 100;
		u32 phase = which == NEW_WORK ? i / 15000 : 0;

		if (r < (which == LOOP ? 85u : which == LONG_READ ? 50u : 30u))
			page[i] = 4096 + next++ % (which == LOOP ? 300 : 4096);
		else
			page[i] = workload_one_of(&state, phase * 1000, which == LOOP ? 40 : 240);
	}
}

/*
 * The page's key in the cache (struct page_words). The 4,096 or 300 pages and the others are of two files. The files' numbers
 * follow from the seed, as do the places at which the workload begins in them: an order of eviction that knows the numbers
 * above can decide nothing by them.
 */
static inline u64 workload_key(u64 seed, u32 page)
{
	u64 state = ~seed, r = workload_random(&state);
	bool of_first = page < 4096;
	u64 file = 12 + r % 1000 + (of_first == (r >> 63) ? 0 : 1 + (r >> 10) % 1000);

	return file << 32 | (page + (u32)(of_first ? r >> 20 : r >> 40)) % 4096;
}

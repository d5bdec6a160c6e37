/* Measures the order of eviction of servers/vfs/cache/policy.c beside others, on the workloads of the lab. measure.py builds it. */
#include "servers/vfs/cache/cache.h"
#include "labs/3-vfs/checks/host/workload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static u32 accesses[ACCESSES], next_use[ACCESSES];
static u32 held_by[PAGES_MOST];  /* where a page is in the cache; CACHE_NONE */
static u32 page_in[CACHE_PAGES]; /* which page is there; PAGES_MOST: none */
static u64 stamp
	[CACHE_PAGES]; /* of FIFO: when it came; of LRU: when it was used last; of the best: when it is used next */
static u64 dice, seed;

struct policy {
	const char *name;
	void (*begin)(void);
	void (*used)(u32 at, u32 now);
	void (*added)(u32 at, u32 now);
	u32 (*choose)(void);
};

static void nothing(void) {}
static void not_noted(u32 at, u32 now)
{
	(void)at, (void)now;
}
static void note(u32 at, u32 now)
{
	stamp[at] = now + 1;
}
static void note_next(u32 at, u32 now)
{
	stamp[at] = next_use[now];
}
static u32 first_stamp(void)
{
	u32 best = 0;

	for (u32 i = 1; i < CACHE_PAGES; i++)
		if (stamp[i] < stamp[best])
			best = i;
	return best;
}
static u32 last_stamp(void)
{
	u32 best = 0;

	for (u32 i = 0; i < CACHE_PAGES; i++) {
		if (page_in[i] == PAGES_MOST)
			return i;
		if (stamp[i] > stamp[best])
			best = i;
	}
	return best;
}
static u32 any(void)
{
	return (u32)(workload_random(&dice) % CACHE_PAGES);
}

/* ---- policy.c, in a cache in which every page may go ---- */
static struct cache cache;
static struct page_words words[CACHE_PAGES];
static struct page_info info[CACHE_PAGES];

bool evict_may_go(const struct cache *c, u32 at)
{
	(void)c, (void)at;
	return true;
}
/* An open exercise. */
void exercise_missing(const char *number, const char *name, const char *handout)
{
	(void)number, (void)name, (void)handout;
}
static void own_begin(void)
{
	memset(words, 0, sizeof(words));
	memset(info, 0, sizeof(info));
	cache = (struct cache){.pages = CACHE_PAGES, .words = words, .info = info};
}
static void own_used(u32 at, u32 now)
{
	(void)now;
	evict_used(&cache, at);
}
static void own_added(u32 at, u32 now)
{
	info[at] = (struct page_info){0};
	words[at] =
		(struct page_words){.key = workload_key(seed, accesses[now]), .word = PAGE_VALID};
}
static u32 own_choose(void)
{
	return evict_choose(&cache);
}

enum { FIFO, DICE, OF_LRU, YOURS, BEST };
static const struct policy policies[] = {
	[FIFO] = {"FIFO", nothing, not_noted, note, first_stamp},
	[DICE] = {"a dice", nothing, not_noted, not_noted, any},
	[OF_LRU] = {"LRU", nothing, note, note, first_stamp},
	[YOURS] = {"yours", own_begin, own_used, own_added, own_choose},
	[BEST] = {"the best possible, which knows the future", nothing, note_next, note_next,
		  last_stamp},
};

static u32 hits_of(const struct policy *p)
{
	u32 hits = 0;

	memset(stamp, 0, sizeof(stamp));
	for (u32 i = 0; i < PAGES_MOST; i++)
		held_by[i] = CACHE_NONE;
	for (u32 i = 0; i < CACHE_PAGES; i++)
		page_in[i] = PAGES_MOST;
	dice = 1;
	p->begin();
	for (u32 now = 0; now < ACCESSES; now++) {
		u32 page = accesses[now], at = held_by[page];

		if (at != CACHE_NONE) {
			hits++;
			p->used(at, now);
			continue;
		}
		at = p->choose();
		if (at >= CACHE_PAGES) {
			fprintf(stderr, "evict_choose returned %u, and every page may go\n", at);
			exit(1);
		}
		if (page_in[at] != PAGES_MOST)
			held_by[page_in[at]] = CACHE_NONE;
		page_in[at] = page;
		held_by[page] = at;
		p->added(at, now);
	}
	return hits;
}

static void look_ahead(void)
{
	static u32 seen[PAGES_MOST];

	for (u32 i = 0; i < PAGES_MOST; i++)
		seen[i] = ~0u;
	for (u32 i = ACCESSES; i-- > 0;) {
		next_use[i] = seen[accesses[i]];
		seen[accesses[i]] = i;
	}
}

/* The goals of 3.7, in hundredths of LRU's hits; 0: none. */
static const u32 goals[WORKLOADS] = {[LONG_READ] = 105, [NEW_WORK] = 100, [LOOP] = 0};

static void print_goal(u32 hundredths, u32 yours, u32 lru)
{
	if (hundredths == 0)
		printf("  No goal.\n\n");
	else if ((u64)yours * 100 >= (u64)lru * hundredths)
		printf("  The goal, %u %% of LRU's hits: reached.\n\n", hundredths);
	else
		printf("  The goal, %u %% of LRU's hits: %.1f %% more of the accesses must be "
		       "hits.\n\n",
		       hundredths, (lru * (hundredths / 100.0) - yours) * 100 / ACCESSES);
}

/* Most hits first. */
static void print_board(const char *name, u32 goal)
{
	u32 hits[ARRAY_LEN(policies)], order[ARRAY_LEN(policies)];

	for (u32 p = 0; p < ARRAY_LEN(policies); p++) {
		u32 place = p;
		hits[p] = hits_of(&policies[p]);
		for (; place && hits[order[place - 1]] < hits[p]; place--)
			order[place] = order[place - 1];
		order[place] = p;
	}
	printf("%s\n  Place    Hits  Policy\n", name);
	for (u32 i = 0; i < ARRAY_LEN(policies); i++)
		printf("  %c%4u  %4.1f %%  %s\n", order[i] == YOURS ? '>' : ' ', i + 1,
		       100.0 * hits[order[i]] / ACCESSES, policies[order[i]].name);
	print_goal(goal, hits[YOURS], hits[OF_LRU]);
}

int main(int count, char **argument)
{
	static const char *const names[] = WORKLOAD_NAMES;

	seed = count > 1 ? strtoull(argument[1], NULL, 0) : 1;
	for (u32 w = 0; w < WORKLOADS; w++) {
		workload_make((enum workload)w, seed, accesses);
		look_ahead();
		print_board(names[w], goals[w]);
	}
	printf("They count only while make stage-3 check is at full score.\n");
	return 0;
}

/* Exercise 3.7, a better policy: its contract, and its hits beside FIFO's and LRU's on the lab's workloads. */
#include "policy_fakes.h"
#include "unit.h"
#include "workload.h"

_Static_assert(PAGES == CACHE_PAGES, "one cache");

static struct cache *c;
static u32 accesses[ACCESSES];

static void begin(u32 pages)
{
	c = unit_object(64, sizeof(*c));
	c->pages = pages;
	c->words = unit_object(64, pages * sizeof(*c->words));
	c->info = unit_object(64, pages * sizeof(*c->info));
}

static void add(u32 at, u32 page)
{
	c->info[at] = (struct page_info){0};
	c->words[at] = (struct page_words){.key = 12ul << 32 | page, .word = PAGE_VALID};
}

/* ---- the contract ---- */
static void allowed(void)
{
	begin(64);
	for (u32 i = 0; i < 64; i++)
		add(i, i);
	for (u32 round = 0; round < 64; round++) {
		for (u32 i = 0; i < 64; i++)
			blocked[i] = unit_random(round * 64 + i) % 3 != 0;
		for (u32 n = 0; n < 20; n++)
			evict_used(c, (u32)(unit_random(round * 20 + n) % 64));
		u32 at = evict_choose(c);
		WANT(at < 64, "a page may go, so one must be found", "evict_choose returns a page",
		     at == CACHE_NONE ? "CACHE_NONE" : text("%u of 64", at));
		WANT(!blocked[at],
		     "evict_may_go decides whether a page may be given up; the policy only decides "
		     "which one is first",
		     "a page that may go", text("page %u, which may not", at));
		add(at, 1000 + round);
	}
}

static void only_one(void)
{
	begin(64);
	for (u32 i = 0; i < 64; i++) {
		add(i, i);
		for (u32 n = 0; n < 10; n++)
			evict_used(c, i);
	}
	for (u32 i = 0; i < 64; i += 7) {
		for (u32 k = 0; k < 64; k++)
			blocked[k] = k != i;
		WANT_U64("the only page that may go, however often it was used", i, evict_choose(c),
			 "the search ends with the only page that may go, however often it was "
			 "used");
		add(i, 100 + i);
	}
}

static void none(void)
{
	begin(64);
	for (u32 i = 0; i < 64; i++)
		add(i, i), evict_used(c, i), blocked[i] = true;
	WANT_U64("evict_choose where no page may go (CACHE_NONE is -1 of 32 bits)", CACHE_NONE,
		 evict_choose(c), "the caller then writes pages back, and asks again");
	WANT(questions <= 64 * 64, "the search is bounded: every operation of a server is",
	     "at most 4,096 questions about 64 pages", text("%u", questions));
}

/* ---- the measure ---- */
static u32 hits_of_stamps(bool is_lru)
{
	static u32 held_by[PAGES_MOST], page_in[CACHE_PAGES], stamp[CACHE_PAGES];
	u32 hits = 0;

	for (u32 i = 0; i < PAGES_MOST; i++)
		held_by[i] = CACHE_NONE;
	for (u32 i = 0; i < CACHE_PAGES; i++)
		page_in[i] = PAGES_MOST, stamp[i] = 0;
	for (u32 now = 0; now < ACCESSES; now++) {
		u32 at = held_by[accesses[now]];
		if (at != CACHE_NONE) {
			hits++;
			stamp[at] = is_lru ? now + 1 : stamp[at];
			continue;
		}
		at = 0;
		for (u32 i = 1; i < CACHE_PAGES; i++)
			at = stamp[i] < stamp[at] ? i : at;
		if (page_in[at] != PAGES_MOST)
			held_by[page_in[at]] = CACHE_NONE;
		page_in[at] = accesses[now];
		held_by[accesses[now]] = at;
		stamp[at] = now + 1;
	}
	return hits;
}

static u32 hits_of_policy(void)
{
	static u32 held_by[PAGES_MOST], page_in[CACHE_PAGES];
	u32 hits = 0;

	begin(CACHE_PAGES);
	for (u32 i = 0; i < PAGES_MOST; i++)
		held_by[i] = CACHE_NONE;
	for (u32 i = 0; i < CACHE_PAGES; i++)
		page_in[i] = PAGES_MOST;
	for (u32 now = 0; now < ACCESSES; now++) {
		u32 at = held_by[accesses[now]];
		if (at != CACHE_NONE) {
			hits++;
			evict_used(c, at);
			continue;
		}
		at = evict_choose(c);
		WANT(at < CACHE_PAGES, "every page may go here",
		     text("evict_choose finds a page, at access %u", now), text("%u", at));
		if (page_in[at] != PAGES_MOST)
			held_by[page_in[at]] = CACHE_NONE;
		page_in[at] = accesses[now];
		held_by[accesses[now]] = at;
		add(at, accesses[now]);
	}
	return hits;
}

static const char *percent(u32 hits)
{
	return text("%u.%u %%", hits * 100 / ACCESSES, hits * 1000 / ACCESSES % 10);
}

/* As many hits as the other order's, times `hundredths`. */
static void want_hits(enum workload which, bool of_lru, u32 hundredths, const char *cause)
{
	static const char *const names[] = WORKLOAD_NAMES;

	workload_make(which, unit_random(5), accesses);
	u32 own = hits_of_policy(), other = hits_of_stamps(of_lru),
	    wanted = (u32)((u64)other * hundredths / 100);
	WANT(own >= wanted, cause,
	     text("hits in \"%s\": %s and more (%s of %s)", names[which], percent(wanted),
		  percent(other), of_lru ? "LRU" : "FIFO"),
	     percent(own));
}

static void above_fifo(void)
{
	want_hits(LONG_READ, false, 108,
		  "FIFO gives up the pages that are used most as readily as those of the long "
		  "read: note each use (evict_used)");
}

static void above_lru(void)
{
	want_hits(LONG_READ, true, 105,
		  "LRU lets each page of a long read, used once, push out one that will be used "
		  "again: let a new page prove itself first");
}

static void follows(void)
{
	want_hits(NEW_WORK, true, 100,
		  "pages that were used often long ago must be forgotten: age the counts");
}

static const struct unit_check checks[] = {
	{"3.7.a", allowed},    {"3.7.b", only_one},  {"3.7.c", none},
	{"3.7.d", above_fifo}, {"3.7.e", above_lru}, {"3.7.f", follows},
};
UNIT_MAIN(checks)

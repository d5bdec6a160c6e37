/* Exercise 3.7, a better policy: its contract, and its hits beside FIFO's and LRU's on the lab's workloads. */
#include "policy_fakes.h"
#include "unit.h"
#include "workload.h"

#define ASKS                                                                                       \
	"evict_may_go decides whether a page may be given up; the policy only decides which one "  \
	"is first"

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

static void add_key(u32 at, u64 key)
{
	c->info[at] = (struct page_info){0};
	c->words[at] = (struct page_words){.key = key, .word = PAGE_VALID};
}

static void add(u32 at, u32 page)
{
	add_key(at, 12ul << 32 | page);
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
		WANT(!blocked[at], ASKS, "a page that may go", text("page %u, which may not", at));
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
		u32 came = evict_choose(c);
		WANT_U64("the only page that may go, however often it was used", i, came,
			 came < 64 ? ASKS
				   : "the search ends with the only page that may go, however "
				     "often it was used");
		add(i, 100 + i);
	}
}

static void none(void)
{
	begin(64);
	for (u32 i = 0; i < 64; i++)
		add(i, i), evict_used(c, i), blocked[i] = true;
	WANT_U64("evict_choose where no page may go (CACHE_NONE is -1 of 32 bits)", CACHE_NONE,
		 evict_choose(c), ASKS);
	WANT(questions <= 64 * 64, "the search is bounded: every operation of a server is",
	     "at most 4,096 questions about 64 pages", text("%u", questions));
}

/* ---- the measure ---- */
static u32 in_the_same_place,
	in_use; /* of the evictions: as the one before; of a page in use where another was used once */

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
	static u32 held_by[PAGES_MOST], page_in[CACHE_PAGES], uses[CACHE_PAGES];
	u32 hits = 0, unused = CACHE_PAGES, before = CACHE_NONE;

	begin(CACHE_PAGES);
	in_the_same_place = in_use = 0;
	for (u32 i = 0; i < CACHE_PAGES; i++)
		uses[i] = 0;
	for (u32 i = 0; i < PAGES_MOST; i++)
		held_by[i] = CACHE_NONE;
	for (u32 i = 0; i < CACHE_PAGES; i++)
		page_in[i] = PAGES_MOST;
	for (u32 now = 0; now < ACCESSES; now++) {
		u32 at = held_by[accesses[now]];
		if (at != CACHE_NONE) {
			hits++;
			unused -= uses[at]++ == 0;
			evict_used(c, at);
			continue;
		}
		at = evict_choose(c);
		WANT(at < CACHE_PAGES, "every page may go here",
		     text("evict_choose finds a page, at access %u", now), text("%u", at));
		in_the_same_place += at == before;
		in_use += uses[at] && unused;
		unused += uses[at] != 0;
		uses[before = at] = 0;
		if (page_in[at] != PAGES_MOST)
			held_by[page_in[at]] = CACHE_NONE;
		page_in[at] = accesses[now];
		held_by[accesses[now]] = at;
		add_key(at, workload_key(unit_random(5), accesses[now]));
	}
	return hits;
}

static const char *percent(u32 hits)
{
	return text("%u.%u %%", hits * 100 / ACCESSES, hits * 1000 / ACCESSES % 10);
}

static void want_hits(enum workload which, u32 own, const char *name, u32 other, u32 wanted,
		      const char *cause)
{
	static const char *const names[] = WORKLOAD_NAMES;

	WANT(own >= wanted, cause,
	     text("hits in \"%s\": %s and more (%s of %s)", names[which], percent(wanted),
		  percent(other), name),
	     percent(own));
}

static bool is_about(u32 a, u32 b)
{
	return a + b / 50 >= b && a <= b + b / 50;
}

/* A likely cause for fewer hits than FIFO's, from the pages that were given up; or NULL. */
static const char *why_worse(u32 own)
{
	const u32 evictions = ACCESSES - own;

	if (in_the_same_place > evictions / 4)
		return "the same place is given up again and again, and the pages that came first "
		       "stay: let the hand go on, and the counts go down";
	if (in_use > evictions / 10)
		return "pages that are used go before others that were used once";
	return NULL;
}

static void above_fifo(void)
{
	workload_make(LONG_READ, unit_random(5), accesses);
	u32 own = hits_of_policy(), fifo = hits_of_stamps(false);

	want_hits(LONG_READ, own, "FIFO", fifo, fifo * 108 / 100,
		  is_about(own, fifo)
			  ? "as many as FIFO, which gives up the pages that are used "
			    "most as readily as those of the long read: note each use "
			    "(evict_used)"
			  : why_worse(own));
}

static void above_lru(void)
{
	workload_make(LONG_READ, unit_random(5), accesses);
	u32 own = hits_of_policy(), lru = hits_of_stamps(true);

	want_hits(LONG_READ, own, "LRU", lru, lru * 105 / 100,
		  is_about(own, lru) ? "LRU lets each page of a long read, used once, push out one "
				       "that will be used again: let a new page prove itself first"
				     : NULL);
}

static void follows(void)
{
	workload_make(NEW_WORK, unit_random(5), accesses);
	u32 own = hits_of_policy(), lru = hits_of_stamps(true);
	const char *cause = NULL;

	if (own < lru) {
		/* Only a policy that does well while the work stays the same remembers too long. */
		workload_make(LONG_READ, unit_random(5), accesses);
		if (hits_of_policy() >= hits_of_stamps(true))
			cause = "pages that were used often long ago must be forgotten: age the "
				"counts";
	}
	want_hits(NEW_WORK, own, "LRU", lru, lru, cause);
}

static const struct unit_check checks[] = {
	{"3.7.a", allowed},    {"3.7.b", only_one},  {"3.7.c", none},
	{"3.7.d", above_fifo}, {"3.7.e", above_lru}, {"3.7.f", follows},
};
UNIT_MAIN(checks)

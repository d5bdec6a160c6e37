/*
 * Write-back: dirty pages go to the disk when a sync asks for it, when they are CACHE_AGE old, when there are too many, and
 * when eviction finds nothing clean. They are sorted by their place on the disk, so that neighbours become one request.
 */
#include "servers/vfs/cache/cache.h"

#define SOME 256u /* pages that eviction writes at once */

struct filter {
	u32 volume;
	u32 node;     /* or SYNC_ALL_NODES */
	bool ordered; /* only pages with new blocks */
	bool any_volume;
	u64 dirty_before; /* only pages that became dirty by then */
	u32 most;
};

static u32 volume_at(const struct cache *c, u32 at)
{
	return c->words[at].word >> WORD_VOLUME_SHIFT & 0xff;
}

static bool matches(const struct cache *c, u32 at, const struct filter *f)
{
	u64 word = c->words[at].word;

	return (f->any_volume || volume_at(c, at) == f->volume) &&
	       (f->node == SYNC_ALL_NODES || c->words[at].key >> 32 == f->node) &&
	       (!f->ordered || (word & WORD_ORDERED)) && (word & WORD_STATE) == PAGE_VALID;
}

static void sift(u64 *a, u32 at, u32 count)
{
	for (u32 child; (child = 2 * at + 1) < count; at = child) {
		u64 was = a[at];

		if (child + 1 < count && a[child + 1] > a[child])
			child++;
		if (was >= a[child])
			return;
		a[at] = a[child];
		a[child] = was;
	}
}

/* Heap sort: in place, and never slower than n log n. */
static void sort(u64 *a, u32 count)
{
	for (u32 i = count / 2; i-- > 0;)
		sift(a, i, count);
	for (u32 end = count; end-- > 1;) {
		u64 was = a[0];

		a[0] = a[end];
		a[end] = was;
		sift(a, 0, end);
	}
}

/* EXERCISE 3.6 eviction-and-write-back part 2: begin */
/* The place on the disk where the page's first dirty block goes. */
static u32 first_home(const struct cache *c, u32 at)
{
	u32 mask = cache_mask(c, at, WORD_DIRTY_SHIFT);

	return c->words[at].home[__builtin_ctz(mask)];
}

static u32 collect(struct cache *c, const struct filter *f)
{
	u32 count = 0;

	if (!c->dirty)
		return 0;
	for (u32 at = 0; at < c->pages && count < f->most; at++)
		if (cache_mask(c, at, WORD_DIRTY_SHIFT) && matches(c, at, f) &&
		    c->info[at].dirty_at <= f->dirty_before)
			c->order[count++] = (u64)first_home(c, at) << 32 | at;
	return count;
}

static void write_page(struct io_plan *plan, u32 at)
{
	struct cache *c = plan->cache;
	u32 blocks = cache_page_blocks(c, plan->volume);

	for (u32 i = 0; i < blocks;) {
		u32 dirty = cache_mask(c, at, WORD_DIRTY_SHIFT), run = 1;
		const u32 *home = c->words[at].home;

		if (!(dirty >> i & 1)) {
			i++;
			continue;
		}
		while (i + run < blocks && (dirty >> (i + run) & 1) &&
		       home[i + run] == home[i] + run)
			run++;
		io_add(plan, at, i, run, home[i]);
		i += run;
	}
}
/* EXERCISE 3.6 eviction-and-write-back part 2: end */

/* Starts the writing of the pages that match. True: a request was under way to one of them already, and it was left out. */
static bool write_matching(struct cache *c, const struct filter *f)
{
	struct io_plan plan = {.cache = c, .op = DISK_WRITE, .to_home = true};
	bool left = false;
	u32 count;

	gate_enter(c->waits, &c->writer);
	count = collect(c, f);
	sort(c->order, count);
	for (u32 n = 0; n < count; n++) {
		u32 at = (u32)c->order[n];

		if (plan.open && volume_at(c, at) != plan.volume)
			io_submit(&plan);
		/* This worker may have waited since: the page may be clean, gone, or another. */
		if (!cache_mask(c, at, WORD_DIRTY_SHIFT) || !matches(c, at, f) ||
		    (plan.open && volume_at(c, at) != plan.volume))
			continue;
		if (c->info[at].ios) {
			left = true;
			continue;
		}
		plan.volume = volume_at(c, at);
		write_page(&plan, at);
	}
	io_submit(&plan);
	gate_leave(c->waits, &c->writer);
	return left;
}

/* Waits for the requests under way to the pages that match. Returns the first of them that has unwritten blocks. */
static bool wait_matching(struct cache *c, const struct filter *f)
{
	bool more = false;

	for (u32 at = 0; at < c->pages; at++) {
		const u64 busy = WORD_MASK << WORD_WRITING_SHIFT;

		if (!matches(c, at, f) ||
		    !(c->words[at].word & (busy | WORD_MASK << WORD_DIRTY_SHIFT)))
			continue;
		while ((c->words[at].word & busy) && matches(c, at, f))
			c->waits->sleep(c->waits, &c->info[at]);
		/* A page that another write has made dirty again meanwhile is not this sync's. A failed joint request is. */
		more |= matches(c, at, f) && cache_mask(c, at, WORD_DIRTY_SHIFT) &&
			c->info[at].alone;
	}
	return more;
}

static bool take_lost(struct cache *c, const struct filter *f, bool keep)
{
	bool lost = false;

	for (u32 at = 0; at < c->pages; at++)
		if (matches(c, at, f) && (c->words[at].word & WORD_LOST)) {
			lost = true;
			if (!keep)
				page_word(c, at, WORD_LOST, 0);
		}
	if (c->volume[f->volume].lost) {
		lost = true;
		c->volume[f->volume].lost = keep;
	}
	return lost;
}

static enum microk_status sync_matching(struct cache *c, const struct filter *f, bool keep)
{
	bool left = write_matching(c, f);

	/* The second round sends the newer bytes of a page that was under way in the first. */
	if (wait_matching(c, f) || left)
		do {
			write_matching(c, f);
		} while (wait_matching(c, f));
	return take_lost(c, f, keep) ? ERR_IO : OK;
}

enum microk_status cache_sync(struct cache *c, u32 volume, u32 node)
{
	struct filter f = {.volume = volume, .node = node, .dirty_before = ~0ul, .most = c->pages};

	return sync_matching(c, &f, false);
}

enum microk_status cache_sync_ordered(struct cache *c, u32 volume)
{
	struct filter f = {
		.volume = volume,
		.node = SYNC_ALL_NODES,
		.ordered = true,
		.dirty_before = ~0ul,
		.most = c->pages};

	return sync_matching(c, &f, true);
}

void writeback_some(struct cache *c)
{
	struct filter f = {
		.node = SYNC_ALL_NODES, .any_volume = true, .dirty_before = ~0ul, .most = SOME};

	write_matching(c, &f);
	for (u32 at = 0; at < c->pages; at++)
		if (cache_mask(c, at, WORD_WRITING_SHIFT)) {
			c->waits->sleep(c->waits, &c->info[at]);
			return;
		}
}

void cache_tick(struct cache *c, u64 now)
{
	struct filter f = {.node = SYNC_ALL_NODES, .any_volume = true, .most = c->pages};

	c->now = now;
	if (now < CACHE_AGE)
		return;
	f.dirty_before = now - CACHE_AGE;
	write_matching(c, &f);
}

void cache_throttle(struct cache *c)
{
	while (c->dirty > c->dirty_most)
		writeback_some(c);
}

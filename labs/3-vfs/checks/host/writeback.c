/* Exercise 3.6, cache eviction and write-back: pages of a file system with blocks of 1 KiB, four in a page. */
#include "writeback_fakes.h"
#include "unit.h"

#define ALL 0xfu
#define LOSES "bytes that only the cache has are lost with the page"

static struct cache *c;

static void begin(u32 pages)
{
	c = unit_object(64, sizeof(*c));
	c->pages = pages;
	c->words = unit_object(64, pages * sizeof(*c->words));
	c->info = unit_object(64, pages * sizeof(*c->info));
	c->order = unit_object(64, pages * sizeof(*c->order));
	c->dirty_most = pages;
	for (u32 i = 0; i < CACHE_VOLUMES; i++)
		c->volume[i].block_bits = 10;
	begin_cache(c);
}

/* A valid page of a node, with these dirty blocks, whose four blocks lie from `home` on. */
static void page(u32 at, u32 volume, u32 node, u32 dirty, u32 home)
{
	c->words[at].key = (u64)node << 32 | at;
	c->words[at].word =
		PAGE_VALID | (u64)dirty << WORD_DIRTY_SHIFT | (u64)volume << WORD_VOLUME_SHIFT;
	for (u32 i = 0; i < CACHE_BLOCKS; i++)
		c->words[at].home[i] = home + i;
	c->dirty += dirty != 0;
}

static void sync_it(u32 volume, u32 node)
{
	write_count = clean_written = wrong_requests = 0;
	WANT_STATUS("cache_sync", OK, sync_node(c, volume, node), NULL);
	WANT_U64("blocks that were written and were not dirty", 0, clean_written,
		 "only the dirty blocks of a page go to the disk: the others may have no place "
		 "there");
	WANT_U64("requests that are not a write-back", 0, wrong_requests, NULL);
}

static void want_write(u32 i, u32 at, u32 first, u32 count, u64 block, const char *cause)
{
	WANT(i < write_count, cause,
	     text("write %u: page %u, blocks %u to %u, to place %lu of the disk", i, at, first,
		  first + count - 1, block),
	     text("%u write%s in all", write_count, write_count == 1 ? "" : "s"));
	const struct write *w = &writes[i];
	WANT(w->at == at && w->first == first && w->count == count && w->block == block, cause,
	     text("write %u: page %u, blocks %u to %u, to place %lu of the disk", i, at, first,
		  first + count - 1, block),
	     text("page %u, blocks %u to %u, to place %lu", w->at, w->first,
		  w->first + w->count - 1, w->block));
}

static void want_may_go(u32 at, bool wanted, const char *which, const char *cause)
{
	WANT_U64(text("evict_may_go of %s (1: yes)", which), wanted, evict_may_go(c, at), cause);
}

/* ---- the checks ---- */
static void clean(void)
{
	begin(8);
	page(1, 0, 12, 0, 100);
	want_may_go(1, true, "a clean page that nothing uses", NULL);
	want_may_go(2, true, "an empty page", NULL);
	c->words[1].word |= WORD_ORDERED;
	want_may_go(1, true, "a page whose new blocks are on the disk already", NULL);
}

static void in_use(void)
{
	begin(8);
	for (u32 i = 0; i < 4; i++)
		page(i, 0, 12, 0, 100);
	c->info[0].pins = 1;
	want_may_go(0, false, "a page in use (pins)",
		    "its user reads or writes it, and would find another file's bytes");
	c->info[1].ios = 1;
	want_may_go(1, false, "a page that a request names (ios)",
		    "the device would write into another file's page");
	c->info[2].held = 1;
	want_may_go(2, false, "a page that is held by the running operation (held)",
		    "if that is undone, the page's place in the undo log is another page's");
	c->words[3].word = (c->words[3].word & ~WORD_STATE) | PAGE_FILLING;
	want_may_go(3, false, "a page that is being filled", "its content is on the way");
}

static void needed(void)
{
	static const struct {
		u32 shift;
		const char *name;
	} masks[] = {{WORD_DIRTY_SHIFT, "dirty"},
		     {WORD_WRITING_SHIFT, "being written"},
		     {WORD_LOGGED_SHIFT, "part of the running batch"}};

	begin(8);
	for (u32 m = 0; m < ARRAY_LEN(masks); m++)
		for (u32 bit = 0; bit < CACHE_BLOCKS; bit++) {
			page(1, 0, 12, 0, 100);
			c->words[1].word |= 1ul << (masks[m].shift + bit);
			want_may_go(1, false,
				    text("a page whose block %u is %s", bit, masks[m].name), LOSES);
		}
	page(1, 0, 12, 0, 100);
	c->words[1].word |= WORD_LOST;
	want_may_go(1, false, "a page that a failed write left behind (WORD_LOST)",
		    "sync has not reported the failure yet; evict_lost does that");
}

static void one_node(void)
{
	begin(16);
	page(1, 0, 12, ALL, 400);
	page(2, 0, 13, ALL, 500);
	page(3, 1, 12, ALL, 600);
	page(4, 0, 12, 0, 700);
	page(5, 0, 12, ALL, 800);
	sync_it(0, 12);
	want_write(0, 1, 0, 4, 400, "fsync writes the pages of its file");
	want_write(1, 5, 0, 4, 800, NULL);
	WANT_U64("writes in all: no other file's, no other disk's", 2, write_count, "matches()");
	WANT_U64("dirty pages left, of two others", 2, c->dirty, NULL);
	sync_it(0, SYNC_ALL_NODES);
	want_write(0, 2, 0, 4, 500, NULL);
}

static void some_blocks(void)
{
	begin(8);
	page(1, 0, 12, 0x6, 400);
	sync_it(0, 12);
	want_write(0, 1, 1, 2, 401, "blocks 1 and 2 are dirty: one request for both");
	WANT_U64("writes", 1, write_count, NULL);
	page(1, 0, 12, 0xd, 400);
	sync_it(0, 12);
	want_write(0, 1, 0, 1, 400, "blocks 0, 2 and 3 are dirty");
	want_write(1, 1, 2, 2, 402, "the clean block between them divides the run");
	WANT_U64("writes", 2, write_count, NULL);
}

static void apart(void)
{
	begin(8);
	page(1, 0, 12, ALL, 400);
	c->words[1].home[2] = 900, c->words[1].home[3] = 901;
	sync_it(0, 12);
	want_write(0, 1, 0, 2, 400,
		   "neighbours in the page need not be neighbours on the disk: home[] decides");
	want_write(1, 1, 2, 2, 900, NULL);
	page(1, 0, 12, ALL, 400);
	c->words[1].home[1] = 300, c->words[1].home[3] = 200;
	sync_it(0, 12);
	WANT_U64("writes of a page whose blocks lie one by one", 4, write_count, NULL);
}

static void sorted(void)
{
	static const u32 homes[] = {900, 100, 500, 300, 700};

	begin(16);
	for (u32 i = 0; i < ARRAY_LEN(homes); i++)
		page(2 * i, 0, 12, ALL, homes[i]);
	sync_it(0, 12);
	for (u32 i = 0; i < ARRAY_LEN(homes); i++)
		WANT_U64(text("place on the disk of write %u", i), 100 + 200 * i, writes[i].block,
			 "in the order of the disk: the entry of order[] is the place in its upper "
			 "half, the page in its lower one");
}

static void first_dirty(void)
{
	begin(8);
	page(1, 0, 12, 0x4, 400); /* its block 2, which lies at 50 */
	c->words[1].home[2] = 50;
	page(2, 0, 12, ALL, 200);
	sync_it(0, 12);
	want_write(0, 1, 2, 1, 50,
		   "the place of a page is that of its first *dirty* block: block 0 may lie far "
		   "away, or have no place at all");
	want_write(1, 2, 0, 4, 200, NULL);
}

static void age(void)
{
	begin(8);
	page(1, 0, 12, ALL, 400);
	page(2, 0, 12, ALL, 500);
	c->info[1].dirty_at = 1000, c->info[2].dirty_at = 2000;
	write_count = 0;
	cache_tick(c, CACHE_AGE + 1500);
	want_write(0, 1, 0, 4, 400, "dirty since CACHE_AGE and longer");
	WANT_U64("writes", 1, write_count,
		 "a younger page waits: it may change again (dirty_before)");
	page(3, 0, 12, ALL, 600);
	page(4, 0, 12, ALL, 700);
	c->words[4].word |= WORD_ORDERED;
	write_count = 0;
	WANT_STATUS("cache_sync_ordered", OK, cache_sync_ordered(c, 0), NULL);
	want_write(0, 4, 0, 4, 700,
		   "only pages with new blocks must be on the disk before a commit");
	WANT_U64("writes", 1, write_count, NULL);
}

static void most(void)
{
	begin(700);
	for (u32 i = 0; i < 700; i++)
		page(i, 0, 12, 1, 10 * i + 5);
	write_count = 0;
	writeback_some(c);
	WANT_U64(
		"pages written for an eviction that found none clean, of 700", 256, write_count,
		"at most `most` pages at once: the caller waits for room, not for the whole cache");
	begin(8);
	write_count = 0;
	writeback_some(c);
	WANT_U64("writes of a cache without a dirty page", 0, write_count, NULL);
}

static void at_random(void)
{
	u32 blocks = 0, written = 0;

	begin(300);
	for (u32 i = 0; i < 300; i++) {
		u64 r = unit_random(i);
		u32 dirty = r >> 8 & ALL;
		page(i, 0, 12, dirty, 8 * (u32)(r >> 20 & 0xffff));
		if (r & 1)
			c->words[i].home[2] += 1000000;
		for (u32 b = 0; b < CACHE_BLOCKS; b++)
			blocks += dirty >> b & 1;
	}
	sync_it(0, 12);
	for (u32 i = 0; i < write_count; i++) {
		const struct write *w = &writes[i];
		for (u32 b = 0; b < w->count; b++)
			WANT_U64(text("place of block %u of page %u", w->first + b, w->at),
				 c->words[w->at].home[w->first + b], w->block + b, NULL);
		written += w->count;
	}
	WANT_U64("dirty blocks that were written", blocks, written, NULL);
	WANT_U64("dirty pages left", 0, c->dirty, NULL);
}

static const struct unit_check checks[] = {
	{"3.6.a", clean},       {"3.6.b", in_use}, {"3.6.c", needed},    {"3.6.d", one_node},
	{"3.6.e", some_blocks}, {"3.6.f", apart},  {"3.6.g", sorted},    {"3.6.h", first_dirty},
	{"3.6.i", age},         {"3.6.j", most},   {"3.6.k", at_random},
};
UNIT_MAIN(checks)

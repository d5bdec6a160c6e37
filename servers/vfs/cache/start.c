/*
 * Start and take-over: the plan of the state area, and a successor's work on the words it finds.
 *
 *     undo log | words of each page
 *
 * A page that was being filled is given up: its requests have ended, but nothing records with which result. A page that was
 * being written is dirty again. A block without a home is a hole, or belongs to an operation that was rolled back, whose write
 * was never acknowledged: so it is cleared, whether it is dirty or was on its way to a block that is free again.
 */
#include "lib/microk/string.h"
#include "servers/vfs/cache/change.h"

static u32 heads_for(u32 pages)
{
	u32 heads = 64;

	while (heads < pages)
		heads *= 2;
	return heads;
}

u64 cache_state_bytes(u32 pages)
{
	return sizeof(struct change_log) + (u64)pages * sizeof(struct page_words);
}

u64 cache_private_bytes(u32 pages)
{
	return (u64)pages * (sizeof(u64) + sizeof(struct page_info)) +
	       (u64)heads_for(pages) * sizeof(u32);
}

static void clear_homeless(struct cache *c, u32 at)
{
	u32 blocks = cache_page_blocks(c, c->words[at].word >> WORD_VOLUME_SHIFT & 0xff);
	u32 bytes = (u32)PAGE_SIZE / blocks;

	for (u32 i = 0; i < blocks; i++)
		if (c->words[at].home[i] == NO_BLOCK) {
			memset(cache_data(c, at) + (u64)i * bytes, 0, bytes);
			page_word(c, at, 1ul << (WORD_DIRTY_SHIFT + i), 0);
		}
}

static void take_over(struct cache *c, u32 at)
{
	u64 word = c->words[at].word;
	u64 writing = word >> WORD_WRITING_SHIFT & WORD_MASK;

	c->dirty += (word >> WORD_DIRTY_SHIFT & WORD_MASK) != 0;
	if ((word & WORD_STATE) != PAGE_VALID) {
		page_word(c, at, ~0ul, PAGE_EMPTY);
		return;
	}
	page_word(c, at, WORD_MASK << WORD_WRITING_SHIFT, writing << WORD_DIRTY_SHIFT);
	page_link(c, at);
}

void cache_start(struct cache *c, const struct cache_memory *m, struct waits *waits)
{
	u8 *private = m->private;
	u32 heads = heads_for(m->pages);

	memset(c, 0, sizeof(*c));
	c->pool = m->pool;
	c->pages = m->pages;
	c->waits = waits;
	c->change.log = m->state;
	c->change.state = m->state;
	c->change.state_bytes = cache_state_bytes(m->pages) + m->extra;
	c->words = (struct page_words *)((u8 *)m->state + sizeof(struct change_log));
	c->order = (u64 *)private;
	c->info = (struct page_info *)(c->order + m->pages);
	c->heads = (u32 *)(c->info + m->pages);
	c->head_mask = heads - 1;
	c->dirty_most = m->pages / 2;
	memset(c->info, 0, m->pages * sizeof(*c->info));
	memset(c->heads, 0xff, heads * sizeof(*c->heads));
	change_recover(c);
	for (u32 at = 0; at < c->pages; at++)
		take_over(c, at);
}

void *cache_extra(struct cache *c)
{
	return c->change.state + cache_state_bytes(c->pages);
}

void cache_clear_homeless(struct cache *c, u32 volume)
{
	for (u32 at = 0; at < c->pages; at++) {
		if (cache_state(c, at) != PAGE_VALID ||
		    (c->words[at].word >> WORD_VOLUME_SHIFT & 0xff) != volume)
			continue;
		c->info[at].pins++;
		while (cache_mask(c, at, WORD_WRITING_SHIFT))
			c->waits->sleep(c->waits, &c->info[at]);
		clear_homeless(c, at);
		cache_put(c, at);
	}
}

void cache_volume(struct cache *c, u32 volume, struct disk *disk, u32 block_bits)
{
	c->volume[volume] = (struct volume){
		.disk = disk,
		.block_bits = block_bits,
		.blocks = disk->sectors >> (block_bits - 9),
		.used = true};
	for (u32 at = 0; at < c->pages; at++) {
		u64 word = c->words[at].word;

		if ((word & WORD_STATE) != PAGE_VALID ||
		    (word >> WORD_VOLUME_SHIFT & 0xff) != volume)
			continue;
		c->volume[volume].logged += page_logged(word);
		clear_homeless(c, at);
	}
}

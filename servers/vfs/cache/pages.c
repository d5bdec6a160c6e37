/* Which page holds what: the hash table, pins, and the words of a page. */
#include "lib/microk/string.h"
#include "lib/state/state.h"
#include "servers/vfs/cache/cache.h"

static u32 head_of(const struct cache *c, u32 volume, u64 key)
{
	u64 h = (key ^ (u64)volume << 60) * 0x9e3779b97f4a7c15ul;

	return (u32)(h >> 32) & c->head_mask;
}

static u64 key_of(u32 node, u32 page)
{
	return (u64)node << 32 | page;
}

static u32 volume_of(u64 word)
{
	return word >> WORD_VOLUME_SHIFT & 0xff;
}

/* Four bits are counted without the compiler's library, which programs are not linked with. */
u32 page_logged(u64 word)
{
	u32 mask = word >> WORD_LOGGED_SHIFT & WORD_MASK;

	return (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1) + (mask >> 3);
}

/* Changes a page's word, and keeps the counts. */
void page_word(struct cache *c, u32 at, u64 clear, u64 set)
{
	const u64 dirty = WORD_MASK << WORD_DIRTY_SHIFT, logged = WORD_MASK << WORD_LOGGED_SHIFT;
	u64 was = c->words[at].word, now = (was & ~clear) | set;

	if (was == now)
		return;
	c->dirty += ((now & dirty) != 0) - ((was & dirty) != 0);
	if ((now ^ was) & logged) {
		u32 *count = &c->volume[volume_of(was)].logged;

		*count += page_logged(now);
		*count -= page_logged(was);
	}
	state_store(&c->words[at].word, now);
}

void page_link(struct cache *c, u32 at)
{
	u32 *head = &c->heads[head_of(c, volume_of(c->words[at].word), c->words[at].key)];

	c->info[at].next = *head;
	*head = at;
}

void page_unlink(struct cache *c, u32 at)
{
	u32 *link = &c->heads[head_of(c, volume_of(c->words[at].word), c->words[at].key)];

	while (*link != at)
		link = &c->info[*link].next;
	*link = c->info[at].next;
	page_word(c, at, ~0ul, PAGE_EMPTY);
}

u32 cache_find(const struct cache *c, u32 volume, u32 node, u32 page)
{
	u64 key = key_of(node, page);
	u32 at = c->heads[head_of(c, volume, key)];

	while (at != CACHE_NONE &&
	       (c->words[at].key != key || volume_of(c->words[at].word) != volume))
		at = c->info[at].next;
	return at;
}

void cache_pin(struct cache *c, u32 at)
{
	c->info[at].pins++;
	evict_used(c, at);
}

void cache_put(struct cache *c, u32 at)
{
	if (--c->info[at].pins == 0 && cache_state(c, at) == PAGE_EMPTY)
		c->waits->wake(c->waits, c);
}

static bool any_request(const struct cache *c)
{
	for (u32 i = 0; i < CACHE_IOS; i++)
		if (c->io[i].used)
			return true;
	return false;
}

/* A page that nothing uses, out of the hash table. May wait. */
static u32 page_take(struct cache *c)
{
	u32 at;

	while ((at = evict_choose(c)) == CACHE_NONE) {
		if (c->dirty)
			writeback_some(c);
		else if (any_request(c))
			c->waits->sleep(c->waits, c->io);
		else if ((at = evict_lost(c)) != CACHE_NONE)
			break;
		else
			return CACHE_NONE;
	}
	if (cache_state(c, at) != PAGE_EMPTY) {
		page_unlink(c, at);
		c->counts.evictions++;
	}
	return at;
}

u32 cache_add(struct cache *c, u32 volume, u32 node, u32 page, bool *mine)
{
	u32 at, there;

	*mine = false;
	at = page_take(c);
	there = cache_find(c, volume, node, page);
	if (there != CACHE_NONE) {
		cache_pin(c, there);
		return there;
	}
	if (at == CACHE_NONE)
		return at;
	*mine = true;
	c->info[at] = (struct page_info){.pins = 1};
	state_store(&c->words[at].key, key_of(node, page));
	for (u32 i = 0; i < CACHE_BLOCKS; i += 2)
		state_store((u64 *)&c->words[at].home[i], ~0ul);
	page_word(c, at, ~0ul, PAGE_FILLING | (u64)volume << WORD_VOLUME_SHIFT);
	page_link(c, at);
	return at;
}

enum microk_status cache_wait_valid(struct cache *c, u32 at)
{
	while (cache_state(c, at) == PAGE_FILLING)
		c->waits->sleep(c->waits, &c->info[at]);
	return cache_state(c, at) == PAGE_VALID ? OK : ERR_IO;
}

void cache_set_valid(struct cache *c, u32 at)
{
	page_word(c, at, WORD_STATE, PAGE_VALID);
	c->waits->wake(c->waits, &c->info[at]);
}

enum microk_status cache_device(struct cache *c, u32 volume, u64 page, u32 *at)
{
	u32 blocks = cache_page_blocks(c, volume);
	bool mine = false;
	u64 end = c->volume[volume].blocks;

	if (page * blocks >= end)
		return ERR_RANGE;
	*at = cache_find(c, volume, NODE_DEVICE, (u32)page);
	if (*at != CACHE_NONE) {
		c->counts.hits++;
		cache_pin(c, *at);
	} else {
		c->counts.misses++;
		*at = cache_add(c, volume, NODE_DEVICE, (u32)page, &mine);
		if (*at == CACHE_NONE)
			return ERR_NO_SPACE;
	}
	if (mine) {
		struct io_plan plan = {.cache = c, .volume = volume, .op = DISK_READ};

		for (u32 i = 0; i < blocks && page * blocks + i < end; i++)
			c->words[*at].home[i] = (u32)(page * blocks + i);
		io_fill(&plan, *at);
		io_submit(&plan);
	}
	enum microk_status status = cache_wait_valid(c, *at);
	if (status != OK)
		cache_put(c, *at);
	return status;
}

static bool is_still(const struct cache *c, u32 volume, u64 key, u32 at)
{
	const struct page_words *w = &c->words[at];

	return w->key == key && (w->word & WORD_STATE) == PAGE_VALID &&
	       volume_of(w->word) == volume;
}

bool cache_device_again(struct cache *c, u32 volume, u32 page, u32 at)
{
	if (!is_still(c, volume, key_of(NODE_DEVICE, page), at))
		return false;
	c->counts.hits++;
	cache_pin(c, at);
	return true;
}

bool cache_use_again(struct cache *c, u32 volume, u32 node, u32 page, u32 at)
{
	if (at >= c->pages || !is_still(c, volume, key_of(node, page), at))
		return false;
	c->counts.hits++;
	evict_used(c, at);
	return true;
}

void cache_set_dirty(struct cache *c, u32 at, u32 mask)
{
	if (!cache_mask(c, at, WORD_DIRTY_SHIFT))
		c->info[at].dirty_at = c->now;
	page_word(c, at, 0, (u64)mask << WORD_DIRTY_SHIFT);
}

void cache_set_logged(struct cache *c, u32 at, u32 mask)
{
	page_word(c, at, 0, (u64)mask << WORD_LOGGED_SHIFT);
}

void cache_clear_logged(struct cache *c, u32 at, u32 mask)
{
	page_word(c, at, (u64)mask << WORD_LOGGED_SHIFT, 0);
}

void cache_set_ordered(struct cache *c, u32 at)
{
	page_word(c, at, 0, WORD_ORDERED);
}

void cache_remove(struct cache *c, u32 at)
{
	page_unlink(c, at);
	cache_put(c, at);
}

/* Takes one page out; waits for its requests first. */
static void drop_page(struct cache *c, u32 at)
{
	u64 key = c->words[at].key, volume = volume_of(c->words[at].word);

	c->info[at].pins++;
	while (c->info[at].ios || cache_state(c, at) == PAGE_FILLING)
		c->waits->sleep(c->waits, &c->info[at]);
	if (cache_state(c, at) != PAGE_EMPTY && c->words[at].key == key &&
	    volume_of(c->words[at].word) == volume)
		page_unlink(c, at);
	cache_put(c, at);
}

void cache_drop(struct cache *c, u32 volume, u32 node, u32 first, u32 end)
{
	if (end - first < c->pages / 16) {
		for (u32 page = first; page < end; page++) {
			u32 at = cache_find(c, volume, node, page);

			if (at != CACHE_NONE)
				drop_page(c, at);
		}
		return;
	}
	for (u32 at = 0; at < c->pages; at++) {
		const struct page_words *w = &c->words[at];

		if ((w->word & WORD_STATE) != PAGE_EMPTY && volume_of(w->word) == volume &&
		    w->key >> 32 == node && (u32)w->key >= first && (u32)w->key < end)
			drop_page(c, at);
	}
}

void cache_drop_volume(struct cache *c, u32 volume)
{
	for (u32 at = 0; at < c->pages; at++)
		if (cache_state(c, at) != PAGE_EMPTY && volume_of(c->words[at].word) == volume)
			drop_page(c, at);
	c->volume[volume].lost = false;
}

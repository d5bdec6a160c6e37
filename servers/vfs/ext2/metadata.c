/* Blocks of metadata: pinned pages of the cache, changed by words that can be undone. And damage, reported once. */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

void ext2_report(struct ext2 *e, const char *text, u64 number)
{
	u64 key = (u64)text * 0x9e3779b97f4a7c15ul ^ number;

	for (u32 i = 0; i < REPORTS; i++)
		if (e->reported[i] == key)
			return;
	e->reported[e->reports++ % REPORTS] = key;
	if (e->report)
		e->report(text, number);
}

enum microk_status damaged(struct ext2 *e, const char *text, u64 number)
{
	ext2_report(e, text, number);
	e->mark = true;
	return ERR_DAMAGED;
}

static u32 page_of(const struct ext2 *e, u32 number, u32 *in_page)
{
	u32 bits = PAGE_BITS - e->block_bits;

	*in_page = number & ((1u << bits) - 1);
	return number >> bits;
}

static void fill_in(const struct ext2 *e, struct block *b, u32 at, u32 in_page)
{
	b->at = at;
	b->mask = 1u << in_page;
	b->data = cache_data(e->cache, at) + (u64)in_page * e->block_bytes;
}

enum microk_status block_get(struct ext2 *e, u32 number, struct block *b)
{
	u32 in_page, page = page_of(e, number, &in_page), at;
	enum microk_status status;

	*b = NO_META;
	if (number < e->first_block || number >= e->blocks)
		return damaged(e, "a block number lies outside of the file system", number);
	status = cache_device(e->cache, e->volume, page, &at);
	if (status == OK)
		fill_in(e, b, at, in_page);
	else if (status == ERR_IO)
		ext2_report(e, "a block of metadata could not be read", number);
	return status;
}

/* A page with one block needs no reading if all of it is new. */
static enum microk_status whole_page(struct ext2 *e, u32 number, u32 *at)
{
	bool mine;

	*at = cache_find(e->cache, e->volume, NODE_DEVICE, number);
	if (*at != CACHE_NONE)
		return cache_device(e->cache, e->volume, number, at);
	*at = cache_add(e->cache, e->volume, NODE_DEVICE, number, &mine);
	if (*at == CACHE_NONE)
		return ERR_NO_SPACE;
	if (!mine)
		return cache_wait_valid(e->cache, *at);
	e->cache->words[*at].home[0] = number;
	memset(cache_data(e->cache, *at), 0, PAGE_SIZE);
	cache_set_valid(e->cache, *at);
	return OK;
}

/* The old content is not logged: if the operation is undone, the block is free. */
enum microk_status block_fresh(struct ext2 *e, u32 number, struct block *b)
{
	u32 in_page, page = page_of(e, number, &in_page), at;
	enum microk_status status;

	*b = NO_META;
	if (e->block_bits == PAGE_BITS)
		status = whole_page(e, number, &at);
	else
		status = cache_device(e->cache, e->volume, page, &at);
	if (status != OK)
		return status;
	fill_in(e, b, at, in_page);
	cache_set_logged(e->cache, at, b->mask);
	memset(b->data, 0, e->block_bytes);
	return OK;
}

void block_put(struct ext2 *e, struct block *b)
{
	if (b->at != CACHE_NONE)
		cache_put(e->cache, b->at);
	*b = NO_META;
}

void block_write(struct ext2 *e, const struct block *b, void *to, const void *from, u64 bytes)
{
	cache_set_logged(e->cache, b->at, b->mask);
	change_write(e->cache, to, from, bytes);
}

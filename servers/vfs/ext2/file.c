/*
 * A file's bytes: pages of the cache, with each page's blocks noted beside it.
 *
 * Reading ahead: a reader that asks for the next page in order gets a window that doubles up to AHEAD_MOST pages, and the next
 * window is started when it reaches the middle of the last one, so that the disk and the reader work at the same time.
 * Linux's page_cache_async_readahead does it in the same way, with a mark on a page.
 *
 * A read that finds its page absent starts to fill it, with the read-ahead that goes with it, and returns FS_WAIT if it may: then
 * the server begins it again later (docs/waiting.md). A part of it was done before, so it may go back as far as one request reads.
 */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

#define AHEAD_MOST 256u
#define AHEAD_FIRST 16u
#define BACK_MOST (FILE_LENT_MAX / PAGE_SIZE + 1) /* pages of one read */

/* ---- Filling ---- */

static enum microk_status block_at(struct ext2 *e, const struct inode *i, u64 logical,
				   struct run *r, u32 *block)
{
	u64 in_run = logical - r->logical;

	if (in_run >= r->length) {
		enum microk_status status = map_find(e, i, logical, r->want, &r->block, &r->length);

		r->logical = logical;
		in_run = 0;
		if (status != OK) {
			r->length = 0;
			return status;
		}
	}
	*block = r->block == NO_BLOCK ? NO_BLOCK : r->block + (u32)in_run;
	return OK;
}

enum microk_status file_home(struct ext2 *e, const struct inode *i, u32 page, struct run *r,
			     u32 *home)
{
	u32 blocks = cache_page_blocks(e->cache, e->volume);
	u64 end = (inode_bytes(i->raw) + e->block_bytes - 1) >> e->block_bits;

	for (u32 n = 0; n < blocks; n++) {
		u64 logical = (u64)page * blocks + n;
		enum microk_status status = OK;

		home[n] = NO_BLOCK;
		if (logical < end)
			status = block_at(e, i, logical, r, &home[n]);
		if (status != OK)
			return status;
	}
	return OK;
}

/* Starts to fill the pages first..first+count that are not in the cache. If `kept` is not NULL, the first one becomes *kept,
 * and is pinned: the pages after it can need its room. Only the first one's errors count. */
static enum microk_status start_filling(struct ext2 *e, const struct inode *i, u32 first, u32 count,
					u32 *kept)
{
	struct cache *c = e->cache;
	struct io_plan plan = {.cache = c, .volume = e->volume, .op = DISK_READ};
	struct run r = {.want = count << (PAGE_BITS - e->block_bits)};
	enum microk_status status = OK;

	for (u32 page = first; page < first + count && status == OK; page++) {
		u32 home[CACHE_BLOCKS], at;
		bool mine;

		at = cache_find(c, e->volume, i->number, page);
		if (at != CACHE_NONE) {
			if (page == first && kept) /* another worker was faster */
				cache_pin(c, *kept = at);
			continue;
		}
		status = file_home(e, i, page, &r, home);
		if (status != OK)
			break;
		at = cache_add(c, e->volume, i->number, page, &mine);
		if (at == CACHE_NONE) {
			status = ERR_NO_SPACE;
			break;
		}
		if (mine) {
			memcpy(c->words[at].home, home,
			       cache_page_blocks(c, e->volume) * sizeof(u32));
			io_fill(&plan, at);
			c->counts.ahead += page != first;
		}
		c->info[at].used = 0;
		if (page == first && kept)
			*kept = at;
		else
			cache_put(c, at);
	}
	io_submit(&plan);
	return kept && *kept != CACHE_NONE ? OK : status;
}

/* Starts the window after `page`, if the reader goes on in order and has used half of the last one. */
static void read_ahead(struct ext2 *e, struct node *n, const struct inode *i, u32 page)
{
	u64 pages = (inode_bytes(i->raw) + PAGE_SIZE - 1) / PAGE_SIZE;
	u32 most = MIN(AHEAD_MOST, e->cache->pages / 8), count;

	if (n->ahead_end <= page) {
		n->ahead_end = page + 1;
		n->ahead = AHEAD_FIRST;
	}
	if (page + n->ahead / 2 < n->ahead_end || n->ahead_end >= pages)
		return;
	count = (u32)MIN((u64)MIN(n->ahead, most), pages - n->ahead_end);
	start_filling(e, i, (u32)n->ahead_end, count, NULL);
	n->ahead_end += count;
	n->ahead = MIN(n->ahead * 2, most);
}

/* Whether a read must not wait for the page: it is being filled, and the request may be put aside. Then the page is not pinned
 * any more, and the read leaves no trace, so that it is the same when it is begun again. */
__attribute__((noinline)) static bool goes_aside(
	struct cache *c, struct node *n, u64 next, u32 at, bool starts)
{
	if (cache_state(c, at) != PAGE_FILLING || !c->waits->aside ||
	    !c->waits->aside(c->waits, starts))
		return false;
	n->ahead_next = next;
	c->counts.hits--; /* it is counted when the read is begun again */
	cache_put(c, at);
	return true;
}

/* The page, pinned and valid. `reads`: FS_WAIT may come in place of a wait, and then it is not pinned. */
static enum microk_status get_page(struct ext2 *e, struct node *n, const struct inode *i, u32 page,
				   bool reads, u32 *at)
{
	struct cache *c = e->cache;
	u64 next = n->ahead_next;
	bool ordered = next - page <= BACK_MOST;

	n->ahead_next = (u64)page + 1;
	if (!ordered)
		n->ahead_end = 0;
	for (u32 tries = 0;; tries++) {
		enum microk_status status;
		bool starts = false;

		*at = cache_find(c, e->volume, i->number, page);
		if (*at != CACHE_NONE) {
			c->counts.hits += !tries;
			cache_pin(c, *at);
		} else {
			c->counts.misses++;
			starts = true;
			/* A second try is alone: the first was perhaps part of a request that failed for another page. */
			status = start_filling(
				e, i, page, ordered && !tries ? AHEAD_FIRST / 4 : 1, at);
			if (status != OK)
				return status;
		}
		if (page == next && !tries)
			read_ahead(e, n, i, page);
		if (cache_state(c, *at) == PAGE_VALID)
			return OK;
		if (reads && goes_aside(c, n, next, *at, starts))
			return FS_WAIT;
		status = cache_wait_valid(c, *at);
		if (status == OK)
			return OK;
		cache_put(c, *at);
		if (tries) {
			ext2_report(e, "a page of a file could not be read; inode", i->number);
			return status;
		}
	}
}

enum microk_status file_page(struct ext2 *e, struct node *n, const struct inode *i, u32 page,
			     u32 *at)
{
	return get_page(e, n, i, page, false, at);
}

/* ---- Reading ---- */

enum microk_status file_check(const struct inode *i)
{
	if (inode_is(i->raw, MODE_FILE))
		return OK;
	return inode_is(i->raw, MODE_DIRECTORY) ? ERR_IS_DIR : ERR_DENIED;
}

static enum microk_status read_pages(struct ext2 *e, struct node *n, const struct inode *i,
				     u64 offset, u64 size, struct ext2_bytes *to, u64 *done)
{
	u64 end = inode_bytes(i->raw);
	enum microk_status status = OK;

	*done = 0;
	if (offset >= end)
		return OK;
	size = MIN(size, end - offset);
	while (*done < size && status == OK) {
		u64 at_byte = offset + *done, in_page = at_byte % PAGE_SIZE;
		u64 part = MIN(PAGE_SIZE - in_page, size - *done);
		u32 at;

		status = get_page(e, n, i, (u32)(at_byte / PAGE_SIZE), true, &at);
		if (status != OK)
			break;
		status = to->move(to, *done, cache_data(e->cache, at) + in_page, part);
		cache_put(e->cache, at);
		if (status == OK)
			*done += part;
	}
	return *done && status != FS_WAIT ? OK : status;
}

enum microk_status ext2_read(struct fs *fs, u64 id, u64 offset, u64 size, struct ext2_bytes *to,
			     u64 *done)
{
	struct ext2 *e = ext2_of(fs);
	struct inode i;
	struct node *n;
	enum microk_status status = node_get(e, (u32)id, &n);

	if (status != OK)
		return status;
	node_lock_shared(e, n);
	status = inode_of_node(e, n, id, &i);
	if (status == OK) {
		status = file_check(&i);
		if (status == OK)
			status = read_pages(e, n, &i, offset, size, to, done);
		inode_put(e, &i);
	}
	node_unlock_shared(e, n);
	node_put(e, n);
	return status;
}

/* The pages after one that is pinned, as many of `most` as are complete and follow it in the pool. Those that are read ahead can
 * take the place of others, so that is done first. */
static u32 pages_after(struct ext2 *e, struct node *n, const struct inode *i, u32 page, u32 at,
		       u32 most)
{
	u32 more = 0;

	if (n->ahead_end)
		read_ahead(e, n, i, page + most);
	while (more < most &&
	       cache_use_again(e->cache, e->volume, i->number, page + more + 1, at + more + 1))
		more++;
	n->ahead_next += more;
	return more;
}

static enum microk_status find_page(struct ext2 *e, struct node *n, const struct inode *i,
				    u64 offset, u32 size, u32 *page, u32 *bytes)
{
	u64 end = inode_bytes(i->raw);
	u32 in_page = (u32)(offset % PAGE_SIZE), more = 0;
	enum microk_status status = file_check(i);

	*bytes = 0;
	if (status != OK || offset >= end)
		return status;
	status = get_page(e, n, i, (u32)(offset / PAGE_SIZE), true, page);
	if (status != OK)
		return status;
	size = (u32)MIN((u64)size, end - offset);
	if (in_page + size > PAGE_SIZE)
		more = pages_after(e, n, i, (u32)(offset / PAGE_SIZE), *page,
				   (in_page + size - 1) / (u32)PAGE_SIZE);
	cache_put(e->cache, *page); /* it stays until the next call of the file system */
	*bytes = MIN((more + 1) * (u32)PAGE_SIZE - in_page, size);
	return OK;
}

enum microk_status ext2_page(struct fs *fs, u64 id, u64 offset, u32 size, u32 *page, u32 *bytes)
{
	struct ext2 *e = ext2_of(fs);
	struct inode i;
	struct node *n;
	enum microk_status status = node_get(e, (u32)id, &n);

	if (status != OK)
		return status;
	node_lock_shared(e, n);
	status = inode_of_node(e, n, id, &i);
	if (status == OK) {
		status = find_page(e, n, &i, offset, size, page, bytes);
		inode_put(e, &i);
	}
	node_unlock_shared(e, n);
	node_put(e, n);
	return status;
}

/* ---- The end of a file ---- */

enum microk_status file_clear_tail(struct ext2 *e, struct node *n, const struct inode *i, u64 size)
{
	u32 from = (u32)(size % PAGE_SIZE), first = from >> e->block_bits, at;
	struct cache *c = e->cache;
	enum microk_status status;

	if (!from)
		return OK;
	status = file_page(e, n, i, (u32)(size / PAGE_SIZE), &at);
	if (status != OK)
		return status;
	while (c->info[at].ios)
		c->waits->sleep(c->waits, &c->info[at]);
	memset(cache_data(c, at) + from, 0, PAGE_SIZE - from);
	if (from % e->block_bytes) {
		if (c->words[at].home[first] != NO_BLOCK)
			cache_set_dirty(c, at, 1u << first);
		first++;
	}
	for (u32 n = first; n < cache_page_blocks(c, e->volume); n++) {
		page_word(c, at, 1ul << (WORD_DIRTY_SHIFT + n), 0);
		c->words[at].home[n] = NO_BLOCK;
	}
	cache_put(c, at);
	return OK;
}

enum microk_status ext2_truncate(struct fs *fs, u64 id, u64 bytes)
{
	struct ext2 *e = ext2_of(fs);
	struct held h = NOT_HELD;
	enum microk_status status = op_begin(e);

	if (status != OK)
		return status;
	status = hold(e, id, &h);
	if (status == OK)
		status = file_check(&h.inode);
	if (status == OK && (h.inode.raw->flags & (INODE_IMMUTABLE | INODE_APPEND)))
		status = ERR_DENIED;
	if (status == OK && bytes > e->bytes_most)
		status = ERR_TOO_LARGE;
	if (status == OK && bytes > inode_bytes(h.inode.raw))
		status = orphan_may_grow(e, &h.inode);
	if (status == OK) {
		struct ext2_inode raw = inode_read(e, &h.inode);
		u64 was = inode_bytes(&raw), pages = (was + PAGE_SIZE - 1) / PAGE_SIZE;

		if (bytes > was)
			status = file_clear_tail(e, h.node, &h.inode, was);
		inode_set_bytes(e, &raw, bytes);
		inode_touch(e, &raw, TIME_CHANGED | TIME_MODIFIED);
		inode_write(e, &h.inode, &raw);
		if (bytes < was && status == OK) {
			op_pending(e, h.inode.number, (u32)pages);
			if (raw.links_count)
				status = orphan_add(e, &h.inode);
		}
	}
	release(e, &h);
	return op_end(e, status);
}

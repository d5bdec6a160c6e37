/*
 * Writing a file's bytes: into pages of the cache, whose missing blocks are made first, so that a full disk is reported by the
 * write. One operation takes a part of a long write; the caller goes on with the rest.
 */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

struct writing {
	struct ext2 *e;
	struct held *h;
	u64 offset, size, done;
	struct run run; /* blocks that are there for this write */
	bool fresh;     /* the run's blocks are new */
	u32 allocations;
};

/* The blocks of a page as they were before this write: those that it has just made are still holes. */
static enum microk_status home_before(struct writing *w, u32 page, u32 *home)
{
	struct ext2 *e = w->e;
	u32 blocks = cache_page_blocks(e->cache, e->volume);
	struct run r = {.want = blocks};
	enum microk_status status = file_home(e, &w->h->inode, page, &r, home);

	for (u32 n = 0; n < blocks && w->fresh; n++)
		if ((u64)page * blocks + n - w->run.logical < w->run.length)
			home[n] = NO_BLOCK;
	return status;
}

/* Blocks first..last of a page are all there, or none is. */
static bool are_alike(const u32 *home, u32 first, u32 last)
{
	for (u32 n = first + 1; n <= last; n++)
		if ((home[n] == NO_BLOCK) != (home[first] == NO_BLOCK))
			return false;
	return true;
}

/* The page to be written, with its old content where the write leaves some. *filling: it leaves none, and the page is not valid
 * before the writer has put its bytes there: if they do not come, the old ones are still on the disk. */
static enum microk_status page_to_write(struct writing *w, u32 page, u64 from, u64 to, u32 *at,
					bool *filling)
{
	struct ext2 *e = w->e;
	struct cache *c = e->cache;
	u64 size = inode_bytes(w->h->inode.raw), start = (u64)page * PAGE_SIZE;
	bool whole = start >= size || (from == 0 && (to == PAGE_SIZE || start + to >= size)), mine;
	u32 home[CACHE_BLOCKS];
	enum microk_status status;

	*filling = false;
	*at = cache_find(c, e->volume, w->h->inode.number, page);
	if (*at != CACHE_NONE) {
		cache_pin(c, *at);
		status = cache_wait_valid(c, *at);
		if (status == OK)
			return OK;
		cache_put(c, *at); /* its reader's request failed; this one may not */
	}
	status = home_before(w, page, home);
	if (status != OK)
		return status;
	*at = cache_add(c, e->volume, w->h->inode.number, page, &mine);
	if (*at == CACHE_NONE)
		return ERR_NO_SPACE;
	if (mine) {
		struct io_plan plan = {.cache = c, .volume = e->volume, .op = DISK_READ};

		memcpy(c->words[*at].home, home, cache_page_blocks(c, e->volume) * sizeof(u32));
		*filling = whole && are_alike(home, (u32)(from >> e->block_bits),
					      (u32)((to - 1) >> e->block_bits));
		if (*filling) {
			memset(cache_data(c, *at), 0, PAGE_SIZE);
			return OK;
		}
		io_fill(&plan, *at);
		io_submit(&plan);
	}
	status = cache_wait_valid(c, *at);
	if (status != OK)
		cache_put(c, *at);
	return status;
}

/* Makes one block of the file and notes it beside its page. */
static enum microk_status make_block(struct writing *w, u32 at, u32 in_page, u64 logical)
{
	struct ext2 *e = w->e;
	u32 *home = &e->cache->words[at].home[in_page], block;
	u64 last = (w->offset + w->size - 1) >> e->block_bits;

	if (logical - w->run.logical >= w->run.length) {
		enum microk_status status;

		if (w->allocations == OP_RUNS || change_room(e->cache) < CHANGE_RECORDS / 4)
			return ERR_WOULD_BLOCK;
		status = map_make(e, &w->h->inode, logical,
				  (u32)MIN(last - logical + 1, (u64)OP_NEW_BLOCKS / 2),
				  &w->run.block, &w->run.length, &w->fresh);
		if (status != OK) {
			w->run.length = 0;
			return status;
		}
		w->run.logical = logical;
		w->allocations++;
	}
	block = w->run.block + (u32)(logical - w->run.logical);
	if (*home != block)
		change_home(e->cache, at, in_page, block);
	if (w->fresh)
		cache_set_ordered(e->cache, at);
	return OK;
}

/* Makes the blocks of bytes in_page..in_page+part of a page. *mask: those that are there; *part: the bytes before the first
 * that is not. */
static enum microk_status make_blocks(struct writing *w, u32 at, u64 in_page, u64 *part, u32 *mask)
{
	u32 bits = w->e->block_bits, first = (u32)(in_page >> bits);
	u32 last = (u32)((in_page + *part - 1) >> bits);
	u64 logical = (w->offset + w->done - in_page) >> bits;

	*mask = 0;
	for (u32 n = first; n <= last; n++) {
		enum microk_status status = make_block(w, at, n, logical + n);

		if (status != OK) {
			*part = n > first ? ((u64)n << bits) - in_page : 0;
			return status;
		}
		*mask |= 1u << n;
	}
	return OK;
}

/* A page that is filled by this write: bytes first, so that it is given up if they do not come. */
static enum microk_status fill_page(struct writing *w, struct ext2_bytes *from, u32 at, u64 in_page,
				    u64 part)
{
	struct cache *c = w->e->cache;
	u8 *data = cache_data(c, at) + in_page;
	bool was_there = c->words[at].home[in_page >> w->e->block_bits] != NO_BLOCK;
	enum microk_status status = from->move(from, w->done, data, part);
	u64 made = part;
	u32 mask;

	if (status == OK)
		status = make_blocks(w, at, in_page, &made, &mask);
	else
		made = 0;
	if (!made || (made < part && was_there)) {
		cache_remove(c, at);
		return status;
	}
	memset(data + made, 0, part - made);
	cache_set_dirty(c, at, mask);
	cache_set_valid(c, at);
	w->done += made;
	cache_put(c, at);
	return status;
}

/* Writes one page's part. ERR_WOULD_BLOCK: the operation has become large enough. */
static enum microk_status write_page(struct writing *w, struct ext2_bytes *from)
{
	struct cache *c = w->e->cache;
	u64 at_byte = w->offset + w->done, in_page = at_byte % PAGE_SIZE;
	u64 part = MIN(PAGE_SIZE - in_page, w->size - w->done);
	bool filling;
	u32 at, mask;
	enum microk_status status = page_to_write(
		w, (u32)(at_byte / PAGE_SIZE), in_page, in_page + part, &at, &filling);

	if (status != OK)
		return status;
	if (filling)
		return fill_page(w, from, at, in_page, part);
	status = make_blocks(w, at, in_page, &part, &mask);
	cache_set_dirty(c, at, mask);
	if (part) {
		enum microk_status moved =
			from->move(from, w->done, cache_data(c, at) + in_page, part);

		if (moved == OK)
			w->done += part;
		else
			status = moved;
	}
	cache_put(c, at);
	return status;
}

static enum microk_status check_write(struct ext2 *e, const struct inode *i, u64 offset, u64 *size)
{
	enum microk_status status = file_check(i);

	if (status != OK)
		return status;
	if (i->raw->flags & INODE_IMMUTABLE)
		return ERR_DENIED;
	if (offset >= e->bytes_most)
		return ERR_TOO_LARGE;
	*size = MIN(*size, e->bytes_most - offset);
	/* Its pages stay in the cache until its end. */
	*size = MIN(*size, e->cache->pages / 4 * PAGE_SIZE);
	return offset + *size > inode_bytes(i->raw) ? orphan_may_grow(e, i) : OK;
}

/* The size grows, and the time changes. */
static void finish_write(struct writing *w)
{
	struct ext2_inode raw = inode_read(w->e, &w->h->inode);

	if (w->offset + w->done > inode_bytes(&raw))
		inode_set_bytes(w->e, &raw, w->offset + w->done);
	inode_touch(w->e, &raw, TIME_CHANGED | TIME_MODIFIED);
	inode_write(w->e, &w->h->inode, &raw);
}

static enum microk_status write_pages(struct writing *w, struct ext2_bytes *from)
{
	struct ext2 *e = w->e;
	const struct inode *i = &w->h->inode;
	u64 bytes = inode_bytes(i->raw);
	enum microk_status status = OK;

	if (w->offset > bytes)
		status = file_clear_tail(e, w->h->node, i, bytes);
	while (w->done < w->size && status == OK)
		status = write_page(w, from);
	if (!w->done)
		return status == ERR_WOULD_BLOCK ? ERR_NO_SPACE : status;
	finish_write(w);
	return OK;
}

enum microk_status ext2_write(struct fs *fs, u64 id, u64 offset, u64 size, struct ext2_bytes *from,
			      u64 *done)
{
	struct ext2 *e = ext2_of(fs);
	struct held h = NOT_HELD;
	struct writing w = {.e = e, .h = &h, .offset = offset};
	enum microk_status status;

	*done = 0;
	if (!size)
		return OK;
	status = op_begin(e);
	if (status != OK)
		return status;
	status = hold(e, id, &h);
	if (status == OK)
		status = check_write(e, &h.inode, offset, &size);
	w.size = size;
	if (status == OK)
		status = write_pages(&w, from);
	release(e, &h);
	status = op_end(e, status);
	if (status == OK)
		*done = w.done;
	cache_throttle(e->cache);
	return status;
}

/*
 * Requests: contiguous blocks become one request of up to 1 MiB, many are under way at once, and each completion changes the
 * words of its pages.
 *
 * A joint request fails as a whole. Then each page of it is tried once more alone, so that one bad sector costs one page: a
 * page that was to be filled leaves the cache and its reader asks again; a page that was to be written stays dirty and is
 * marked `alone`.
 */
#include "lib/microk/string.h"
#include "servers/vfs/cache/cache.h"

static struct io *io_free(struct cache *c)
{
	for (;;) {
		for (u32 i = 0; i < CACHE_IOS; i++)
			if (!c->io[i].used)
				return &c->io[i];
		c->waits->sleep(c->waits, c->io);
	}
}

static struct io *io_open(struct io_plan *p)
{
	struct io *io = io_free(p->cache);

	io->used = true;
	io->parts = 0;
	io->volume = p->volume;
	io->op = p->op;
	io->to_home = p->to_home;
	io->pending = p->pending;
	io->status = p->status;
	if (io->pending)
		++*io->pending;
	return io;
}

static void io_start(struct cache *c, struct io *io)
{
	struct disk *disk = c->volume[io->volume].disk;
	struct disk_request r = {
		.op = io->op,
		.sector = io->sector,
		.part = io->part,
		.parts = io->parts,
		.tag = (u64)(io - c->io)};

	while (!disk->start(disk, &r))
		c->waits->sleep(c->waits, c->io);
	if (io->op == DISK_FLUSH) {
		c->counts.flushes++;
		return;
	}
	*(io->op == DISK_READ ? &c->counts.read_requests : &c->counts.write_requests) += 1;
	*(io->op == DISK_READ ? &c->counts.pages_read : &c->counts.pages_written) += io->parts;
}

void io_submit(struct io_plan *plan)
{
	struct io *io = plan->open;

	plan->open = NULL;
	if (io)
		io_start(plan->cache, io);
}

void io_add(struct io_plan *plan, u32 at, u32 first, u32 count, u64 block)
{
	struct cache *c = plan->cache;
	u32 in_block = 1u << (c->volume[plan->volume].block_bits - 9);
	u64 sector = block * in_block;
	u32 mask = ((1u << count) - 1) << first;

	/* Before this worker waits below: a page with a request is not dropped, and is not complete. */
	c->info[at].ios++;
	if (plan->to_home)
		page_word(c, at, (u64)mask << WORD_DIRTY_SHIFT, (u64)mask << WORD_WRITING_SHIFT);
	if (plan->open && (plan->open->next != sector || plan->open->parts == DISK_PARTS_MOST ||
			   c->info[at].alone))
		io_submit(plan);
	if (!plan->open) {
		plan->open = io_open(plan); /* it may wait */
		plan->open->sector = plan->open->next = sector;
	}
	struct io *io = plan->open;
	io->block[io->parts] = (u8)mask;
	io->part[io->parts++] = (struct disk_part){
		.page = at, .first = (u16)(first * in_block), .sectors = (u16)(count * in_block)};
	io->next = sector + (u64)count * in_block;
	if (c->info[at].alone)
		io_submit(plan);
}

void io_fill(struct io_plan *plan, u32 at)
{
	struct cache *c = plan->cache;
	const u32 *home = c->words[at].home;
	u32 blocks = cache_page_blocks(c, plan->volume), bytes = (u32)PAGE_SIZE / blocks, i = 0;
	bool any = false;

	while (i < blocks) {
		u32 run = 1;

		if (home[i] == NO_BLOCK) {
			memset(cache_data(c, at) + (u64)i++ * bytes, 0, bytes);
			continue;
		}
		while (i + run < blocks && home[i + run] != NO_BLOCK &&
		       home[i + run] == home[i] + run)
			run++;
		io_add(plan, at, i, run, home[i]);
		any = true;
		i += run;
	}
	if (!any)
		cache_set_valid(c, at);
}

/* ---- Completion ---- */

/* The last request that filled the page is done. */
static void filled(struct cache *c, u32 at)
{
	if (c->info[at].bad)
		page_unlink(c, at);
	else
		page_word(c, at, WORD_STATE, PAGE_VALID);
}

/* Blocks of the page were written, or could not be. */
static void written(struct cache *c, u32 at, u32 mask, bool failed, bool joint)
{
	u64 again = 0;

	if (failed && joint) {
		again = (u64)mask << WORD_DIRTY_SHIFT;
		c->info[at].alone = 1;
	} else {
		c->info[at].alone = 0;
		if (failed)
			again = WORD_LOST;
	}
	page_word(c, at, (u64)mask << WORD_WRITING_SHIFT, again);
	/* A new block beside this one can have been made meanwhile. */
	if (!failed && !(c->words[at].word &
			 (WORD_MASK << WORD_WRITING_SHIFT | WORD_MASK << WORD_DIRTY_SHIFT)))
		page_word(c, at, WORD_ORDERED, 0);
}

static void io_done(struct cache *c, struct io *io, enum microk_status status)
{
	bool failed = status != OK;

	for (u32 n = 0; n < io->parts; n++) {
		u32 at = io->part[n].page;
		struct page_info *i = &c->info[at];

		i->ios--;
		if (io->op == DISK_READ) {
			i->bad |= failed;
			if (!i->ios)
				filled(c, at);
		} else if (io->to_home) {
			written(c, at, io->block[n], failed, io->parts > 1);
		}
		c->waits->wake(c->waits, i);
	}
	if (io->pending)
		--*io->pending;
	if (failed && io->status && !(io->to_home && io->parts > 1))
		*io->status = status;
	io->used = false;
	if (io->pending)
		c->waits->wake(c->waits, io->pending);
	c->waits->wake(c->waits, c->io);
}

void cache_poll(struct cache *c, u32 volume, bool wait)
{
	struct disk *disk = c->volume[volume].disk;
	struct disk_done done;

	while (disk->finish(disk, wait, &done)) {
		wait = false;
		if (done.tag < CACHE_IOS && c->io[done.tag].used)
			io_done(c, &c->io[done.tag], done.status);
	}
}

void io_wait(struct cache *c, const u32 *pending)
{
	while (*(const volatile u32 *)pending)
		c->waits->sleep(c->waits, pending);
}

enum microk_status io_flush(struct cache *c, u32 volume)
{
	u32 pending = 0;
	enum microk_status status = OK;
	struct io_plan plan = {
		.cache = c,
		.volume = volume,
		.op = DISK_FLUSH,
		.pending = &pending,
		.status = &status};

	plan.open = io_open(&plan);
	io_submit(&plan);
	io_wait(c, &pending);
	return status;
}

#include "servers/proc/regions.h"
#include "gen/lib/microk/methods.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/pool.h"

#define LARGEST (REGION_PAGES_MAX)
#define REGION_PAGES_MAX 4096u

/* ---- Making ---- */

/* The largest power of two of pages, at most `pages`, for which there is a chunk. */
static enum microk_status take_chunk(const struct process *p, u64 pages, struct region *r)
{
	u64 size = 1ul << (63 - __builtin_clzl(MIN(pages, (u64)LARGEST)));
	enum microk_status status = ERR_MEMORY;

	for (; size && status == ERR_MEMORY; size /= 2) {
		status = pool_take(p, size * PAGE_SIZE, &r->chunk);
		r->pages = (u32)size;
	}
	return status;
}

static enum microk_status add(const struct process *p, u64 address, u64 pages, u32 rights,
			      bool takes)
{
	enum microk_status status = pieces_make(p, address, pages);

	while (pages && status == OK) {
		struct region made = {.start = address, .pages = (u32)pages, .rights = rights};
		const struct region *r = region_record(p);

		if (!r)
			return ERR_LIMIT;
		if (takes)
			status = take_chunk(p, pages, &made);
		else if (rights)
			status = pool_charge(p, pages * PAGE_SIZE);
		if (status != OK)
			break;
		region_insert(p, r, &made);
		address += made.pages * PAGE_SIZE;
		pages -= made.pages;
	}
	return status;
}

enum microk_status regions_add(const struct process *p, u64 address, u64 pages, u32 rights)
{
	return add(p, address, pages, rights, rights);
}

enum microk_status regions_add_common(const struct process *p, u64 address, u64 pages, u32 rights)
{
	return add(p, address, pages, rights, false);
}

enum microk_status regions_inherit(const struct process *p, const struct region *of)
{
	return add(p, of->start, of->pages, of->rights, of->chunk);
}

/* ---- The pages of regions ---- */

/* Runs `act` on the slots of the pages, a window at a time. */
static enum microk_status each_run(
	const struct process *p, u64 address, u64 pages,
	enum microk_status (*act)(const struct process *p, cap_t cnode, u64 index, u64 count,
				  u32 rights),
	u32 rights)
{
	enum microk_status status = OK;

	while (pages && status == OK) {
		struct page_place place = page_place(p, address);
		u64 count = MIN(pages, place.run);

		if (place.cnode)
			status = act(p, place.cnode, place.index, count, rights);
		address += count * PAGE_SIZE;
		pages -= count;
	}
	return status;
}

static enum microk_status run_delete(const struct process *p, cap_t cnode, u64 index, u64 count,
				     u32 rights)
{
	struct cnode_next_result next;
	u64 end = index + count;

	(void)p, (void)rights;
	for (; index < end; index = next.index + 1) {
		enum microk_status status = cnode_next(cnode, index, &next);

		if (status != OK || !next.index || next.index >= end)
			return status;
		status = cnode_delete(cnode, next.index);
		if (status != OK)
			return status;
	}
	return OK;
}

static enum microk_status run_protect(const struct process *p, cap_t cnode, u64 index, u64 count,
				      u32 rights)
{
	cap_t space = process_own(p, OWN_SPACE);

	if (!rights)
		return space_unmap_frames(
			space,
			&(struct space_unmap_frames){
				.cnode = cnode, .index = index, .count = count},
			NULL);
	return space_protect_frames(
		space,
		&(struct space_protect_frames){
			.cnode = cnode, .index = index, .count = count, .rights = rights},
		NULL);
}

/* ---- Taking away ---- */

/*
 * A region is cut where its chunk can be cut: nowhere, once a page is made of it. So the parts share the chunk, and
 * the first keeps it until the last of them goes.
 */
static bool shares_chunk(const struct process *p, const struct region *one)
{
	for (const struct region *r = region_first(p); r && one->chunk; r = region_next(r))
		if (r != one && r->chunk == one->chunk)
			return true;
	return false;
}

static u64 chunk_bytes(const struct process *p, u32 chunk);

/* Of its program's pages, read alone. */
static bool is_common(const struct region *r)
{
	return !r->chunk && r->rights;
}

/* Whether pages of the region may be others' memory. Of a program that is being loaded, the place is not known yet. */
static bool may_be_common(const struct process *p, const struct region *r)
{
	if (p->shares & SHARES_FROM)
		return true;
	return p->shares & SHARES_PROGRAM &&
	       (p->use != PROCESS_RUNS || region_is_of_program(p, r->start));
}

static enum microk_status remove_whole(const struct process *p, const struct region *r)
{
	enum microk_status status = pages_part(p, r->start, r->pages);
	bool shares = shares_chunk(p, r);

	/* Pages of others' memory do not go with the chunk. */
	if (status == OK && (shares || may_be_common(p, r)))
		status = each_run(p, r->start, r->pages, run_delete, 0);
	if (status == OK && is_common(r))
		pool_credit(p, r->pages * PAGE_SIZE);
	if (status == OK && r->chunk && !shares)
		pool_give(p, r->chunk, chunk_bytes(p, r->chunk));
	if (status == OK)
		region_take_out(p, r);
	return status;
}

/* A chunk's size is not recorded: the kernel has it. */
static u64 chunk_bytes(const struct process *p, u32 chunk)
{
	struct untyped_info_result info;

	(void)p;
	return untyped_info(chunk, &info) == OK ? info.bytes : 0;
}

/* Makes a region begin at the address, if one has it in its middle. */
static enum microk_status split(const struct process *p, u64 address)
{
	const struct region *r = region_find(p, address), *rest;

	if (!r || r->start == address)
		return OK;
	if (!(rest = region_record(p)))
		return ERR_LIMIT;
	u32 before = (u32)((address - r->start) / PAGE_SIZE);
	struct region upper = *r;
	upper.start = address;
	upper.pages = r->pages - before;
	WORLD_PUT(r->pages, before);
	region_changed(p);
	region_insert(p, rest, &upper);
	return OK;
}

static enum microk_status split_both(const struct process *p, u64 address, u64 pages)
{
	enum microk_status status = split(p, address);

	return status == OK ? split(p, address + pages * PAGE_SIZE) : status;
}

enum microk_status regions_remove(const struct process *p, u64 address, u64 pages)
{
	u64 end = address + pages * PAGE_SIZE;
	enum microk_status status = split_both(p, address, pages);
	const struct region *next;

	for (const struct region *r = region_first(p); r && r->start < end && status == OK;
	     r = next) {
		next = region_next(r);
		if (r->start >= address)
			status = remove_whole(p, r);
	}
	return status;
}

/* Memory that has never had rights gets its chunks; pages that are there stay. */
static enum microk_status furnish(const struct process *p, const struct region *r, u32 rights)
{
	u64 start = r->start, pages = r->pages;

	if (is_common(r))
		pool_credit(p, pages * PAGE_SIZE);
	region_take_out(p, r);
	return regions_add(p, start, pages, rights);
}

static bool all_have_memory(const struct process *p, u64 address, u64 pages)
{
	u64 end = address + pages * PAGE_SIZE;

	for (const struct region *r = region_first(p); r && address < end; r = region_next(r))
		if (r->start <= address && region_end(r) > address)
			address = region_end(r);
	return address >= end;
}

enum microk_status regions_protect(const struct process *p, u64 address, u64 pages, u32 rights)
{
	u64 end = address + pages * PAGE_SIZE;
	enum microk_status status;
	const struct region *next;

	if (!all_have_memory(p, address, pages))
		return ERR_RANGE;
	status = split_both(p, address, pages);
	for (const struct region *r = region_first(p); r && r->start < end && status == OK;
	     r = next) {
		next = region_next(r);
		if (r->start < address || r->rights == rights)
			continue;
		/* A page in common is not written: the fault that follows makes it the process's own. */
		if (r->chunk || is_common(r))
			status = each_run(p, r->start, r->pages, run_protect,
					  p->shares ? rights & ~RIGHT_WRITE : rights);
		if (status == OK && !r->chunk && rights & (is_common(r) ? RIGHT_WRITE : ~0u)) {
			status = furnish(p, r, rights);
			continue;
		}
		if (is_common(r) && !rights)
			pool_credit(p, r->pages * PAGE_SIZE);
		WORLD_PUT(r->rights, rights);
	}
	return status;
}

void regions_clean(const struct process *p, u64 address, u64 pages)
{
	each_run(p, address, pages, run_delete, 0);
}

void regions_give_one(const struct process *p, const struct region *r)
{
	if (r->chunk && !shares_chunk(p, r))
		pool_give(p, r->chunk, 0);
	region_take_out(p, r);
}

void regions_give(const struct process *p)
{
	const struct region *next;

	for (const struct region *r = region_first(p); r; r = next) {
		next = region_next(r);
		bool shared = false;
		for (const struct region *s = next; s && r->chunk; s = region_next(s))
			shared |= s->chunk == r->chunk;
		if (r->chunk && !shared)
			pool_give(p, r->chunk, 0);
		WORLD_PUT(r->pages, 0);
	}
	WORLD_PUT(p->regions, 0);
	WORLD_PUT(p->region_count, 0);
	region_changed(p);
}

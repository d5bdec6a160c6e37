#include "servers/proc/region_list.h"

/* The region that was found last: most faults are in the same one. A region's number + 1. */
static u32 recent[PROCESSES];

void regions_forget(void)
{
	for (u32 i = 0; i < PROCESSES; i++)
		recent[i] = 0;
}

void region_changed(const struct process *p)
{
	recent[process_index(p)] = 0;
}

u64 region_end(const struct region *r)
{
	return r->start + r->pages * PAGE_SIZE;
}

static const struct region *region_at(u32 number)
{
	return number ? &world->regions[number - 1] : NULL;
}

const struct region *region_next(const struct region *r)
{
	return region_at(r->next);
}

const struct region *region_first(const struct process *p)
{
	return region_at(p->regions);
}

static u32 number_of(const struct region *r)
{
	return r ? (u32)(r - world->regions) + 1 : 0;
}

const struct region *region_find(const struct process *p, u64 address)
{
	const struct region *r = region_at(recent[process_index(p)]);

	if (r && address >= r->start && address < region_end(r))
		return r;
	for (r = region_first(p); r && r->start <= address; r = region_next(r))
		if (address < region_end(r)) {
			recent[process_index(p)] = number_of(r);
			return r;
		}
	return NULL;
}

bool region_is_of_program(const struct process *p, u64 address)
{
	const struct image *image = p->program ? &world->programs[p->program - 1].image : NULL;

	for (u32 i = 0; image && i < image->count; i++) {
		const struct image_part *part = &image->parts[i];

		if (address >= image_part_start(part) && address < image_part_end(part))
			return true;
	}
	return false;
}

bool regions_are_free(const struct process *p, u64 address, u64 pages)
{
	for (const struct region *r = region_first(p); r; r = region_next(r))
		if (r->start < address + pages * PAGE_SIZE && region_end(r) > address)
			return false;
	return true;
}

u64 regions_place(const struct process *p, u64 from, u64 to, u64 pages)
{
	u64 place = 0, at = from, bytes = pages * PAGE_SIZE;

	for (const struct region *r = region_first(p); r && r->start < to; r = region_next(r)) {
		if (r->start >= at + bytes)
			place = r->start - bytes;
		at = MAX(at, region_end(r));
	}
	if (to >= at + bytes)
		place = to - bytes;
	return place;
}

/* ---- Records, in a transaction ---- */

/* A record that is free; NULL: none, or the process has its share. */
const struct region *region_record(const struct process *p)
{
	static u32 hint;

	if (p->region_count == REGIONS_EACH)
		return NULL;
	for (u32 n = 0; n < REGIONS; n++) {
		const struct region *r = &world->regions[(hint + n) % REGIONS];

		if (r->pages)
			continue;
		hint = (hint + n + 1) % REGIONS;
		return r;
	}
	return NULL;
}

/* Puts it into the process's list, before the first one that lies above it. */
void region_insert(const struct process *p, const struct region *r, const struct region *content)
{
	const u32 *link = &p->regions;

	while (*link && region_at(*link)->start < content->start)
		link = &region_at(*link)->next;
	struct region linked = *content;
	linked.next = *link;
	world_write(r, &linked, sizeof(linked));
	WORLD_PUT(*link, number_of(r));
	WORLD_PUT(p->region_count, p->region_count + 1);
}

void region_take_out(const struct process *p, const struct region *r)
{
	const u32 *link = &p->regions;

	while (*link != number_of(r))
		link = &region_at(*link)->next;
	WORLD_PUT(*link, r->next);
	WORLD_PUT(r->pages, 0);
	WORLD_PUT(p->region_count, p->region_count - 1);
	region_changed(p);
}

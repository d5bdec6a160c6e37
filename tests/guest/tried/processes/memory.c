/*
 * Memory of processes: regions of addresses, each with an object, which is a chunk of the pool. The pages of an object
 * are made of its chunk when they are touched; the chunk goes back, by one revoke, with the last region.
 */
#include "tests/guest/tried/processes/server.h"

#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20

static struct object *object_of(const struct region *r)
{
	return &world->objects[r->object - 1];
}

/* Index + 1; 0: none left. */
static u32 object_make(u64 pages, u32 parent)
{
	for (u32 i = 0; i < OBJECTS; i++) {
		struct object *o = &world->objects[i];
		if (o->refs)
			continue;
		*o = (struct object){.parent = parent};
		if (chunks_take(&pool, pages * PAGE_SIZE, &o->chunk) != OK)
			return 0;
		o->refs = 1;
		if (parent)
			world->objects[parent - 1].refs++;
		return i + 1;
	}
	return 0;
}

static void object_put(u32 index)
{
	while (index) {
		struct object *o = &world->objects[index - 1];

		if (--o->refs)
			return;
		chunks_give(&pool, o->chunk);
		index = o->parent;
	}
}

struct region *region_find(struct process *p, u64 address)
{
	for (struct region *r = p->regions; r < p->regions + REGIONS; r++)
		if (address >= r->start && address < r->end)
			return r;
	return NULL;
}

static struct region *region_free(struct process *p)
{
	for (struct region *r = p->regions; r < p->regions + REGIONS; r++)
		if (!r->end)
			return r;
	return NULL;
}

/* The lowest place of that size from `at` on. */
static u64 find_place(struct process *p, u64 at, u64 bytes)
{
	for (u32 i = 0; i < REGIONS; i++) {
		struct region *r = &p->regions[i];

		if (r->end && r->start < at + bytes && r->end > at) {
			at = r->end;
			i = -1u;
		}
	}
	return at;
}

struct region *region_make(struct process *p, u64 address, u64 pages, u64 rights)
{
	struct region *r = region_free(p);
	u64 at = find_place(p, address ? address : MAPPINGS, pages * PAGE_SIZE);

	if (!r || (address && at != address) || at + pages * PAGE_SIZE > WINDOW_END)
		return NULL;
	u32 object = object_make(pages, 0);
	if (!object)
		return NULL;
	*r = (struct region){at, at + pages * PAGE_SIZE, rights, object};
	return r;
}

bool region_inherit(struct region *to, struct region *from)
{
	*to = *from;
	if (from->rights & RIGHT_WRITE)
		to->object = object_make((from->end - from->start) / PAGE_SIZE, from->object);
	else
		object_of(from)->refs++;
	if (!to->object)
		to->end = 0;
	return to->end != 0;
}

void region_put(struct region *r)
{
	object_put(r->object);
	r->end = 0;
}

/* Deletes the Frames of a region one by one: they are other objects', or others are of the same object. */
static void drop_pages(struct process *p, const struct region *r)
{
	u64 end = PAGE_SLOT(r->end);
	struct cnode_next_result next;

	for (u64 slot = PAGE_SLOT(r->start); slot < end; slot = next.index + 1) {
		if (cnode_next(kept(p, KEPT_PAGES), slot, &next) != OK || !next.index ||
		    next.index >= end)
			return;
		cnode_delete(kept(p, KEPT_PAGES), next.index);
	}
}

static void region_end(struct process *p, struct region *r)
{
	if (object_of(r)->refs > 1 || object_of(r)->parent)
		drop_pages(p, r);
	region_put(r);
}

/* A region that begins or ends at the address, not around it. */
static bool split(struct process *p, u64 address)
{
	struct region *r = region_find(p, address), *rest;

	if (!r || r->start == address)
		return true;
	rest = region_free(p);
	if (!rest)
		return false;
	*rest = *r;
	object_of(r)->refs++;
	rest->start = address;
	r->end = address;
	return true;
}

static u64 rights_of(u64 protection)
{
	if (!protection)
		return 0;
	return RIGHT_READ | (protection & PROT_WRITE ? RIGHT_WRITE : 0) |
	       (protection & PROT_EXEC ? RIGHT_EXEC : 0);
}

i64 memory_map(struct process *p, u64 address, u64 bytes, u64 protection, u64 flags)
{
	if (!(flags & MAP_ANONYMOUS) || (flags & MAP_FIXED) || !bytes || bytes > POOL_BYTES)
		return -EINVAL;
	(void)address; /* a hint */
	struct region *r =
		region_make(p, 0, ALIGN_UP(bytes, PAGE_SIZE) / PAGE_SIZE, rights_of(protection));
	return r ? (i64)r->start : -ENOMEM;
}

static bool is_range(u64 address, u64 bytes)
{
	return address % PAGE_SIZE == 0 && bytes && address >= WINDOW && address < WINDOW_END &&
	       bytes <= WINDOW_END - address;
}

i64 memory_unmap(struct process *p, u64 address, u64 bytes)
{
	u64 end = address + ALIGN_UP(bytes, PAGE_SIZE);

	if (!is_range(address, bytes))
		return -EINVAL;
	if (!split(p, address) || !split(p, end))
		return -ENOMEM;
	for (struct region *r = p->regions; r < p->regions + REGIONS; r++)
		if (r->end && r->start >= address && r->end <= end)
			region_end(p, r);
	return 0;
}

i64 memory_protect(struct process *p, u64 address, u64 bytes, u64 protection)
{
	u64 end = address + ALIGN_UP(bytes, PAGE_SIZE);

	if (!is_range(address, bytes))
		return -EINVAL;
	if (!split(p, address) || !split(p, end))
		return -ENOMEM;
	for (struct region *r = p->regions; r < p->regions + REGIONS; r++) {
		if (!r->end || r->start < address || r->end > end)
			continue;
		r->rights = rights_of(protection);
		/* Pages that may be written become so when they are: a copy may be due. */
		struct space_unmap_frames unmap = {
			.cnode = kept(p, KEPT_PAGES),
			.index = PAGE_SLOT(r->start),
			.count = (r->end - r->start) / PAGE_SIZE};
		if (!r->rights) {
			space_unmap_frames(kept(p, KEPT_SPACE), &unmap, NULL);
			continue;
		}
		space_protect_frames(
			kept(p, KEPT_SPACE),
			&(struct space_protect_frames){
				.cnode = unmap.cnode,
				.index = unmap.index,
				.count = unmap.count,
				.rights = r->rights & ~(u64)RIGHT_WRITE},
			NULL);
	}
	return 0;
}

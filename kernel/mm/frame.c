/* Frame capabilities. */
#include "mm/frame.h"
#include "cap/lookup.h"
#include "mm/layout.h"
#include "mm/map.h"
#include "mm/space.h"
#include "sched/switch.h"

/* Beyond this many pages one reload of the address space costs less than forgetting each. */
#define FORGET_ONE_BY_ONE 32
#define LARGE_PAGES 512

/* A run of 512 pages that is aligned both ways is one entry of level 2. */
static bool is_large(const struct slot *s, u64 va)
{
	return s->size == LARGE_PAGES && !((s->base | va) & (LARGE_PAGES * PAGE_SIZE - 1));
}

/* Up to where one table of level 1 reaches. */
static u32 pages_in_table(u64 va, u32 pages)
{
	u32 left = LARGE_PAGES - (u32)(va >> PAGE_BITS) % LARGE_PAGES;

	return MIN(left, pages);
}

static void unmap_large(struct space *space, u64 va, u64 pa)
{
	u64 *entry = map_entry(space->root, va, 2);

	/* Bit 12 of a large page's entry is PAT, not address. */
	if (entry && (*entry & PTE_PRESENT) && (*entry & PTE_LARGE) &&
	    (*entry & PTE_ADDRESS & ~(LARGE_PAGES * PAGE_SIZE - 1)) == pa) {
		*entry = 0;
		tlb_forget_all(space->root_phys);
	}
}

/* Clears what still maps these pages, a table at a time: the walk is done once for each. */
static void unmap_run(struct space *space, u64 va, u64 pa, u32 pages)
{
	for (u32 n, done = 0; done < pages; done += n, va += n * PAGE_SIZE, pa += n * PAGE_SIZE) {
		u64 *entry = map_entry(space->root, va, 1);

		n = pages_in_table(va, pages - done);
		for (u32 i = 0; entry && i < n; i++) {
			if (!(entry[i] & PTE_PRESENT) ||
			    (entry[i] & PTE_ADDRESS) != pa + i * PAGE_SIZE)
				continue;
			entry[i] = 0;
			if (pages <= FORGET_ONE_BY_ONE)
				tlb_forget(space->root_phys, va + i * PAGE_SIZE);
		}
	}
	if (pages > FORGET_ONE_BY_ONE)
		tlb_forget_all(space->root_phys);
}

void frame_unmap(struct slot *s)
{
	struct space *space = space_find(s->aux);

	if (space && is_large(s, s->badge))
		unmap_large(space, s->badge, s->base);
	else if (space)
		unmap_run(space, s->badge, s->base, s->size);
	s->aux = s->badge = 0;
}

/* All pages or none: first every entry is looked at, then every entry is written. */
static status_t map_run(struct space *space, u64 va, const struct slot *s, u64 flags)
{
	/* A run is at most as long as a table, so it reaches into two. */
	u64 *entries[2] = {NULL, NULL};
	u32 first = pages_in_table(va, s->size), count[2] = {first, s->size - first};

	if (is_large(s, va))
		return map_page(space->root, va, s->base, flags, 2);
	for (u32 t = 0; t < 2 && count[t]; t++) {
		entries[t] = map_entry(space->root, va + t * (first * PAGE_SIZE), 1);
		if (!entries[t])
			return ERR_TABLE;
		for (u32 i = 0; i < count[t]; i++)
			if (entries[t][i] & PTE_PRESENT)
				return ERR_OCCUPIED;
	}
	for (u32 t = 0; t < 2 && count[t]; t++)
		for (u32 i = 0; i < count[t]; i++)
			entries[t][i] = (s->base + (t * first + i) * PAGE_SIZE) | flags;
	return OK;
}

/* EXERCISE 2.7 stop-an-attack: begin */
static status_t map_decode(struct invocation *inv)
{
	struct slot *s = inv->slot, *to = cap_lookup(inv->caller, inv->word[0]);
	u64 va = inv->word[1], rights = inv->word[2], flags;
	status_t status;

	if (!to)
		return ERR_CAP;
	if (to->type != CAP_ADDRESS_SPACE)
		return ERR_TYPE;
	if (!(to->rights & RIGHT_WRITE) || (rights & ~(u64)s->rights))
		return ERR_RIGHTS;
	if (s->aux)
		return ERR_STATE;
	if (va & (PAGE_SIZE - 1))
		return ERR_ALIGN;
	if (va >= USER_TOP || s->size * PAGE_SIZE > USER_TOP - va)
		return ERR_RANGE;
	if (inv->word[3] >> 32)
		return ERR_ARG;
	status = map_flags((u32)rights, (u32)inv->word[3], &flags);
	if (status != OK)
		return status;
	struct space *space = (struct space *)to->object;
	status = map_run(space, va, s, flags);
	if (status != OK)
		return status;
	s->aux = space->ref;
	s->badge = va;
	return OK;
}
/* EXERCISE 2.7 stop-an-attack: end */

static status_t info_decode(struct invocation *inv)
{
	const struct slot *s = inv->slot;

	/* Where memory lies is of use to devices only (mm/iospace.c). */
	inv->result[0] = s->flags & SLOT_DEVICE ? s->base : 0;
	inv->result[1] = s->size;
	inv->result[2] = s->badge;
	inv->result[3] = is_large(s, 0);
	inv->results = 4;
	return OK;
}

status_t frame_decode(struct invocation *inv)
{
	if (inv->label < FRAME_MAP || inv->label > FRAME_INFO)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_READ))
		return ERR_RIGHTS;
	if (inv->label == FRAME_INFO)
		return info_decode(inv);
	/* Memory past the cache would show what was there before it was zeroed (SDM vol. 3, 11.12.4: no aliases). */
	if (inv->label == FRAME_MAP)
		return inv->word[3] && !(inv->slot->flags & SLOT_DEVICE) ? ERR_ARG
									 : map_decode(inv);
	if (!inv->slot->aux)
		return ERR_STATE;
	frame_unmap(inv->slot);
	return OK;
}

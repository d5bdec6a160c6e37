/* Frame capabilities. */
#include "mm/frame.h"
#include "cap/lookup.h"
#include "mm/layout.h"
#include "mm/map.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "sched/switch.h"

/* Beyond this many pages one reload of the address space costs less than forgetting each. */
#define FORGET_ONE_BY_ONE 32
#define LARGE_PAGES 512

/* A run of 512 pages that is aligned both ways is one entry of level 2. */
static bool is_large(const struct slot *s, u64 va)
{
	return s->pages == LARGE_PAGES && ((s->phys | va) & (LARGE_PAGES * PAGE_SIZE - 1)) == 0;
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

/* Pages that one table of level 1 maps, or mapped. */
static void unmap_in_table(struct space *space, u64 va, u64 pa, u32 pages, bool forget)
{
	u64 *entries = map_entry(space->root, va, 1);

	if (!entries)
		return;
	for (u32 i = 0; i < pages; i++) {
		bool present = (entries[i] & PTE_PRESENT) != 0;

		if (!present || (entries[i] & PTE_ADDRESS) != pa + i * PAGE_SIZE)
			continue;
		entries[i] = 0;
		if (forget)
			tlb_forget(space->root_phys, va + i * PAGE_SIZE);
	}
}

/* Clears the entries that still map these pages, a table at a time: the walk is done once for each. */
static void unmap_run(struct space *space, u64 va, u64 pa, u32 pages)
{
	u32 done = 0;

	while (done < pages) {
		u64 from = va + done * PAGE_SIZE, frame = pa + done * PAGE_SIZE;
		u32 count = pages_in_table(from, pages - done);

		unmap_in_table(space, from, frame, count, pages <= FORGET_ONE_BY_ONE);
		done += count;
	}
	if (pages > FORGET_ONE_BY_ONE)
		tlb_forget_all(space->root_phys);
}

void frame_unmap(struct slot *s)
{
	struct space *space = space_find(s->space);

	if (space && is_large(s, s->address))
		unmap_large(space, s->address, s->phys);
	else if (space)
		unmap_run(space, s->address, s->phys, s->pages);
	wx_forget(s);
	s->space = 0;
	s->address = 0;
}

/* All pages or none: first every entry is looked at, then every entry is written. */
static status_t map_run(struct space *space, u64 va, const struct slot *s, u64 flags)
{
	/* A run is at most as long as a table, so it reaches into two. */
	u64 *entries[2] = {NULL, NULL};
	u32 first = pages_in_table(va, s->pages), count[2] = {first, s->pages - first};

	if (va < USER_BOTTOM)
		return ERR_RANGE;
	if (is_large(s, va))
		return map_page(space->root, va, s->phys, flags, 2);
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
			entries[t][i] = (s->phys + (t * first + i) * PAGE_SIZE) | flags;
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
	if (s->space)
		return ERR_STATE;
	if (va & (PAGE_SIZE - 1))
		return ERR_ALIGN;
	if (va >= USER_TOP || s->pages * PAGE_SIZE > USER_TOP - va)
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
	s->space = space->ref;
	s->address = va;
	return OK;
}
/* EXERCISE 2.7 stop-an-attack: end */

/* The conditions that map_decode cannot see: the frame's other mappings, and whether it is memory. */
static status_t map_method(struct invocation *inv)
{
	struct slot *s = inv->slot;
	const struct slot *to = cap_lookup(inv->caller, inv->word[0]);
	bool is_device = (s->flags & SLOT_DEVICE) != 0;

	/* Memory past the cache would show its content before it was zeroed (SDM vol. 3, 11.12.4: no aliases). */
	if (inv->word[3] && !is_device)
		return ERR_ARG;
	if (slot_check(to, CAP_ADDRESS_SPACE, RIGHT_WRITE) != OK)
		return map_decode(inv); /* returns the reason */
	const struct space *space = (const struct space *)to->object;
	if (!s->space && !wx_allows(s, space->ref, inv->word[2]))
		return ERR_RIGHTS;
	status_t status = map_decode(inv);
	if (status == OK)
		wx_note(s, space->ref, inv->word[2]);
	return status;
}

static status_t info_decode(struct invocation *inv)
{
	const struct slot *s = inv->slot;

	/* Where memory lies is of use to devices only (mm/iospace.c). */
	inv->result[0] = s->flags & SLOT_DEVICE ? s->phys : 0;
	inv->result[1] = s->pages;
	inv->result[2] = s->address;
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
	if (inv->label == FRAME_MAP)
		return map_method(inv);
	if (!inv->slot->space)
		return ERR_STATE;
	frame_unmap(inv->slot);
	return OK;
}

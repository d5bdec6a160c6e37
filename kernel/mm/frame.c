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

/* Bit 12 of a large page's entry is PAT, not address. */
static bool maps(u64 entry, u64 pa, u32 level)
{
	u64 address = entry & PTE_ADDRESS & (level > 1 ? ~(LARGE_PAGES * PAGE_SIZE - 1) : ~0ul);

	return (entry & PTE_PRESENT) && address == pa;
}

static void unmap_run(struct space *space, u64 va, u64 pa, u32 pages, u32 level)
{
	for (u32 i = 0; i < pages; i++) {
		u64 *entry = map_entry(space->root, va + i * PAGE_SIZE, level);
		if (!entry || !maps(*entry, pa + i * PAGE_SIZE, level))
			continue;
		*entry = 0;
		if (pages <= FORGET_ONE_BY_ONE)
			tlb_forget(space->root_phys, va + i * PAGE_SIZE);
	}
	if (pages > FORGET_ONE_BY_ONE)
		tlb_forget_all(space->root_phys);
}

void frame_unmap(struct slot *s)
{
	struct space *space = space_find(s->aux);

	if (space && is_large(s, s->badge))
		unmap_run(space, s->badge, s->base, 1, 2);
	else if (space)
		unmap_run(space, s->badge, s->base, s->size, 1);
	s->aux = s->badge = 0;
}

static status_t map_run(struct space *space, u64 va, const struct slot *s, u64 flags)
{
	if (is_large(s, va))
		return map_page(space->root, va, s->base, flags, 2);
	for (u32 i = 0; i < s->size; i++) {
		status_t status = map_page(space->root, va + i * PAGE_SIZE, s->base + i * PAGE_SIZE, flags, 1);
		if (status != OK) {
			unmap_run(space, va, s->base, i, 1);
			return status;
		}
	}
	return OK;
}

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

static status_t info_decode(struct invocation *inv)
{
	inv->result[0] = inv->slot->base;
	inv->result[1] = inv->slot->size;
	inv->result[2] = inv->slot->badge;
	inv->results = 3;
	return OK;
}

status_t frame_decode(struct invocation *inv)
{
	if (inv->label < FRAME_MAP || inv->label > FRAME_INFO)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_READ))
		return ERR_RIGHTS;
	if (inv->label == FRAME_MAP)
		return map_decode(inv);
	if (inv->label == FRAME_INFO)
		return info_decode(inv);
	if (!inv->slot->aux)
		return ERR_STATE;
	frame_unmap(inv->slot);
	return OK;
}

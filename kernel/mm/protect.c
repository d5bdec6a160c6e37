/*
 * The rights of a mapping change while it stays.
 *
 * seL4 has no such call: the program maps the page again at the same address. Zircon's zx_vmar_protect changes a range of
 * addresses under a lock and splits the mappings at its ends. Barrelfish's mapping capability has a method that changes the
 * flags of some of its entries, all in one go. Here a capability is a mapping, so its rights change as a whole; and the
 * pages are changed in place, because a program whose other thread uses the memory must not fault while one of them asks
 * for fewer rights.
 *
 * A run takes several steps, between which the first pages have the new rights and the others the old ones. The record of
 * writable and executable mappings has both until the last page is changed (mm/wx.h), also if the call is given up. Where a
 * call is in a run is recorded nowhere: it looks for the first page that is not as it should be. So nothing depends on
 * words that the caller could change, and a page whose table was exchanged meanwhile is not forgotten. A page of the run
 * that is not there, because a table was taken out, has no rights to change.
 */
#include "mm/frame.h"
#include "mm/map.h"
#include "mm/space.h"
#include "mm/tlb.h"
#include "mm/wx.h"
#include "sched/preempt.h"
#include "x86/layout.h"
#include "x86/pte.h"

#define CHANGED_AT_ONCE 4
#define LOOKED_AT_ONCE 24
#define PTE_RIGHTS (PTE_WRITE | PTE_NX)

/* The level of the run's entries. */
static u32 level_of(const struct slot *s)
{
	return frame_is_large(s, frame_address(s)) ? 2 : 1;
}

/* True: the entry was changed. It is one of this run, unless a table was exchanged. */
static bool change_entry(u64 *entry, u64 pa, u64 mask, u64 flags)
{
	u64 differs = (*entry ^ flags) & PTE_RIGHTS;

	if (!differs || !(*entry & PTE_PRESENT) || (*entry & PTE_ADDRESS & mask) != pa)
		return false;
	*entry ^= differs;
	return true;
}

static void protect_large(const struct slot *s, struct space *space, u64 flags)
{
	u64 *entry = map_entry(space->root, s->address, 2);

	/* Bit 12 of a large page's entry is PAT, not address. */
	if (entry && (*entry & PTE_LARGE) &&
	    change_entry(entry, s->phys, ~(TABLE_PAGES * PAGE_SIZE - 1), flags))
		tlb_forget_all(space->root_phys);
}

/* Looks at pages from number `first` on, in one table. Returns the number of those that are as they should be now. */
static u32 protect_step(const struct slot *s, struct space *space, u32 first, u64 flags)
{
	u64 va = frame_address(s) + first * PAGE_SIZE, pa = s->phys + first * PAGE_SIZE;
	u32 in_table = TABLE_PAGES - (u32)(va >> PAGE_BITS) % TABLE_PAGES;
	u32 pages = MIN(MIN(s->pages - first, LOOKED_AT_ONCE), in_table), changed = 0, i;
	u64 *entries = map_entry(space->root, va, 1);

	for (i = 0; entries && i < pages && changed < CHANGED_AT_ONCE; i++) {
		if (!change_entry(&entries[i], pa + i * PAGE_SIZE, ~0ul, flags))
			continue;
		/* Before another thread runs, which may rely on it. */
		tlb_forget(space->root_phys, va + i * PAGE_SIZE);
		changed++;
	}
	return entries ? i : pages;
}

static bool protect_run(const struct slot *s, struct space *space, u64 flags)
{
	for (u32 done = 0; done < s->pages;) {
		done += protect_step(s, space, done, flags);
		if (done < s->pages && preempt_pending())
			return false;
	}
	return true;
}

status_t frame_protect(struct slot *s, struct space *space, u64 rights)
{
	u64 flags;

	if (rights & ~(u64)s->rights)
		return ERR_RIGHTS;
	if (frame_mapped_pages(s) < s->pages)
		return ERR_STATE;
	status_t status = map_flags((u32)rights, 0, &flags);
	if (status != OK)
		return status;
	if (!wx_allows_change(s, space->ref, rights))
		return ERR_RIGHTS;
	wx_change(s, space->ref, rights);
	if (level_of(s) == 2)
		protect_large(s, space, flags);
	else if (!protect_run(s, space, flags))
		return PREEMPTED;
	wx_changed(s, rights);
	return OK;
}

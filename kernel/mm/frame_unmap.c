/* Frames are taken out of their tables, from the last page on (mm/frame_steps.c). */
#include "mm/frame.h"
#include "mm/frame_steps.h"
#include "mm/map.h"
#include "mm/space.h"
#include "mm/tlb.h"
#include "mm/wx.h"
#include "sched/preempt.h"
#include "x86/layout.h"
#include "x86/pte.h"

static void unmap_large(struct space *space, u64 va, u64 pa)
{
	u64 *entry = map_entry(space->root, va, 2);

	/* Bit 12 of a large page's entry is PAT, not address. */
	if (entry && (*entry & PTE_PRESENT) && (*entry & PTE_LARGE) &&
	    (*entry & PTE_ADDRESS & ~(TABLE_PAGES * PAGE_SIZE - 1)) == pa) {
		*entry = 0;
		tlb_forget_all(space->root_phys);
	}
}

/* Devices have small pages only. */
static bool is_large(const struct slot *s, const struct frame_place *p)
{
	return p->space && frame_is_large(s, frame_address(s));
}

/* Pages that one table of level 1 maps, or mapped: clears the entries that still map these. */
static void unmap_in_table(const struct frame_place *p, u64 va, u64 pa, u32 pages)
{
	u64 *entries = frame_entries(p, va);

	if (!entries)
		return;
	for (u32 i = 0; i < pages; i++) {
		bool present = (entries[i] & PTE_PRESENT) != 0;

		if (!present || (entries[i] & PTE_ADDRESS) != pa + i * PAGE_SIZE)
			continue;
		entries[i] = 0;
		/* This must happen before another thread runs, which may reuse the page. */
		if (p->space)
			tlb_forget(p->space->root_phys, va + i * PAGE_SIZE);
	}
	if (!p->space)
		io_removed(&p->io, entries, pages);
}

/* The last of the mapped pages, as many as one step takes. */
static void unmap_last(struct slot *s, const struct frame_place *p)
{
	u32 mapped = frame_mapped_pages(s);
	u64 va = frame_address(s), last = (va >> PAGE_BITS) + mapped - 1;
	u32 pages = MIN(MIN(mapped, PAGES_AT_ONCE), (u32)(last % TABLE_PAGES) + 1);
	u64 offset = (mapped - pages) * PAGE_SIZE;

	unmap_in_table(p, va + offset, s->phys + offset, pages);
	s->address += pages;
}

/* One step, if it takes more than one. False: the rest is one. */
bool frame_unmap_step(struct slot *s)
{
	struct frame_place p;

	if (!frame_find_place(s, &p) || frame_mapped_pages(s) <= PAGES_AT_ONCE || is_large(s, &p))
		return false;
	unmap_last(s, &p);
	return true;
}

bool frame_shrink(struct slot *s)
{
	if (!frame_unmap_step(s))
		return false;
	s->address |= GOING;
	return true;
}

void frame_unmap(struct slot *s)
{
	struct frame_place p;
	bool is_there = frame_find_place(s, &p);

	if (is_there && is_large(s, &p))
		unmap_large(p.space, s->address, s->phys);
	else
		while (is_there && frame_mapped_pages(s))
			unmap_last(s, &p);
	wx_forget(s);
	s->space = 0;
	s->address = 0;
}

status_t frame_unmap_steps(struct slot *s)
{
	while (frame_unmap_step(s))
		if (preempt_pending())
			return PREEMPTED;
	u64 space = s->space, address = s->address;
	bool goes = frame_is_going(s);

	frame_unmap(s);
	if (goes) { /* unmapped; the capability can still only be deleted */
		s->space = space;
		s->address = (address & ~MISSING) | s->pages;
	}
	return OK;
}

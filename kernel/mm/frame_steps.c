/*
 * Frame capabilities.
 *
 * A run of 511 pages is as many entries, and an interrupt must not wait for them all: they are mapped and unmapped in
 * steps, with a look for interrupts after each. An interrupted call starts again, so its progress must be recorded. seL4
 * has no runs: a Frame is one entry, and the program makes a call for each. Zircon maps a range under a lock, with
 * interrupts on, and a thread's stack remembers where it is. Here the slot does, as an Untyped's does for retype: a mapped
 * Frame has its first pages mapped, and how many are missing is in the bits of its address below a page. Mapping goes up,
 * unmapping comes down. So pages that are not mapped yet and pages that are not mapped any more are one state, and the next
 * method, of whichever kind, goes on from there; nothing depends on the interrupted thread's coming back. A mapping that
 * meets an obstacle is taken back in the same way, and the slot has the reason, too.
 */
#include "mm/frame_steps.h"
#include "mm/frame.h"
#include "mm/map.h"
#include "mm/space.h"
#include "sched/preempt.h"
#include "x86/layout.h"
#include "x86/pte.h"

bool frame_is_large(const struct slot *s, u64 va)
{
	return s->pages == TABLE_PAGES && ((s->phys | va) & (TABLE_PAGES * PAGE_SIZE - 1)) == 0;
}

u32 frame_mapped_pages(const struct slot *s)
{
	return s->space ? s->pages - (u32)(s->address & MISSING) : 0;
}

/* False: they are gone. */
bool frame_find_place(const struct slot *s, struct frame_place *p)
{
	p->space = NULL;
	if (is_io_ref(s->space))
		return io_space_find(s->space, &p->io);
	p->space = space_find(s->space);
	return p->space;
}

u64 *frame_entries(const struct frame_place *p, u64 va)
{
	return p->space ? map_entry(p->space->root, va, 1) : io_entry(&p->io, va, 1);
}

/* How many pages the step that begins at `va` takes, at most `left`: they are in one table. */
u32 frame_pages_of_step(u64 va, u32 left)
{
	u32 in_table = TABLE_PAGES - (u32)(va >> PAGE_BITS) % TABLE_PAGES;

	return MIN(MIN(left, PAGES_AT_ONCE), in_table);
}

/* Maps all of them or none: first every entry is looked at, then every entry is written. They are in one table (NULL: it is
 * missing). */
status_t frame_map_step(u64 *entries, u64 pa, u32 pages, u64 flags)
{
	if (!entries)
		return ERR_TABLE;
	for (u32 i = 0; i < pages; i++)
		if (entries[i] & PTE_PRESENT)
			return ERR_OCCUPIED;
	for (u32 i = 0; i < pages; i++)
		entries[i] = (pa + i * PAGE_SIZE) | flags;
	return OK;
}

/* A mapping that met an obstacle: its mapped pages are unmapped again. Returns the reason, or PREEMPTED. */
static status_t map_take_back(struct slot *s)
{
	status_t reason = s->address & OCCUPIED ? ERR_OCCUPIED : ERR_TABLE;

	while (frame_unmap_step(s))
		if (preempt_pending())
			return PREEMPTED;
	frame_unmap(s);
	return reason;
}

/* From the first page that is missing to the last. */
static status_t map_rest(struct slot *s, const struct frame_place *p, u64 flags)
{
	while (s->address & MISSING) {
		u32 mapped = frame_mapped_pages(s);
		u64 offset = mapped * PAGE_SIZE, va = frame_address(s) + offset;
		u32 pages = frame_pages_of_step(va, s->pages - mapped);
		u64 *entries = frame_entries(p, va);
		status_t status = frame_map_step(entries, s->phys + offset, pages, flags);

		if (status != OK) {
			s->address |= status == ERR_OCCUPIED ? OCCUPIED : NO_TABLE;
			return map_take_back(s);
		}
		if (!p->space)
			io_added(&p->io, entries, pages);
		s->address -= pages;
		if ((s->address & MISSING) && preempt_pending())
			return PREEMPTED;
	}
	return OK;
}

/* The first step of a run has been done. */
status_t frame_map_after_first(struct slot *s, const struct frame_place *p, u64 flags)
{
	s->address |= s->pages - frame_pages_of_step(s->address, s->pages);
	if (!(s->address & MISSING))
		return OK;
	if (preempt_pending())
		return PREEMPTED;
	return map_rest(s, p, flags);
}

/* The other pages are mapped as the first is. */
u64 frame_flags_of_first(const struct slot *s, const struct frame_place *p)
{
	const u64 *entry = frame_entries(p, frame_address(s));

	if (!entry || !(*entry & PTE_PRESENT) || (*entry & PTE_ADDRESS) != s->phys)
		return 0;
	return *entry & ~(PTE_ADDRESS | PTE_ACCESSED | PTE_DIRTY);
}

/* A part of the run is mapped, with these flags; 0: its first page is not. */
status_t frame_map_part(struct slot *s, const struct frame_place *p, u64 first)
{
	if (!first && !(s->address & (OCCUPIED | NO_TABLE)))
		s->address |= NO_TABLE;
	if (s->address & (OCCUPIED | NO_TABLE))
		return map_take_back(s);
	return map_rest(s, p, first);
}

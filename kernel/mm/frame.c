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
#include "mm/frame.h"
#include "gen/kernel/methods.h"
#include "mm/io_space.h"
#include "mm/map.h"
#include "mm/space.h"
#include "mm/tlb.h"
#include "mm/wx.h"
#include "sched/lookup.h"
#include "sched/preempt.h"
#include "x86/layout.h"
#include "x86/pte.h"

#define PAGES_AT_ONCE 4

/* Of a mapped Frame's address: the pages that are missing, and whether what is there is being taken back. */
#define MISSING 0x3fful
#define OCCUPIED 0x400ul /* since something else was mapped there */
#define NO_TABLE 0x800ul /* since a table was missing */
/* Its delete has begun: it cannot be mapped again. Otherwise a more urgent thread that does so again and again keeps a
 * revoke from ever ending. */
#define GOING (OCCUPIED | NO_TABLE)

_Static_assert(FRAME_MAX_PAGES <= MISSING && (MISSING | OCCUPIED | NO_TABLE) == PAGE_SIZE - 1,
	       "the bits of an address below a page");

bool frame_is_large(const struct slot *s, u64 va)
{
	return s->pages == TABLE_PAGES && ((s->phys | va) & (TABLE_PAGES * PAGE_SIZE - 1)) == 0;
}

u32 frame_mapped_pages(const struct slot *s)
{
	return s->space ? s->pages - (u32)(s->address & MISSING) : 0;
}

static bool is_part(const struct slot *s)
{
	return s->space && (s->address & MISSING);
}

static bool is_going(const struct slot *s)
{
	return s->space && (s->address & GOING) == GOING;
}

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

/* The tables in which a Frame is mapped. */
struct place {
	struct space *space; /* NULL: those of a device */
	struct io_space io;
};

/* False: they are gone. */
static bool find_place(const struct slot *s, struct place *p)
{
	p->space = NULL;
	if (is_io_ref(s->space))
		return io_space_find(s->space, &p->io);
	p->space = space_find(s->space);
	return p->space;
}

static u64 *entries_at(const struct place *p, u64 va)
{
	return p->space ? map_entry(p->space->root, va, 1) : io_entry(&p->io, va, 1);
}

/* Devices have small pages only. */
static bool is_large(const struct slot *s, const struct place *p)
{
	return p->space && frame_is_large(s, frame_address(s));
}

/* Pages that one table of level 1 maps, or mapped: clears the entries that still map these. */
static void unmap_in_table(const struct place *p, u64 va, u64 pa, u32 pages)
{
	u64 *entries = entries_at(p, va);

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
static void unmap_last(struct slot *s, const struct place *p)
{
	u32 mapped = frame_mapped_pages(s);
	u64 va = frame_address(s), last = (va >> PAGE_BITS) + mapped - 1;
	u32 pages = MIN(MIN(mapped, PAGES_AT_ONCE), (u32)(last % TABLE_PAGES) + 1);
	u64 offset = (mapped - pages) * PAGE_SIZE;

	unmap_in_table(p, va + offset, s->phys + offset, pages);
	s->address += pages;
}

/* One step, if it takes more than one. False: the rest is one. */
static bool shrink(struct slot *s)
{
	struct place p;

	if (!find_place(s, &p) || frame_mapped_pages(s) <= PAGES_AT_ONCE || is_large(s, &p))
		return false;
	unmap_last(s, &p);
	return true;
}

bool frame_shrink(struct slot *s)
{
	if (!shrink(s))
		return false;
	s->address |= GOING;
	return true;
}

void frame_unmap(struct slot *s)
{
	struct place p;
	bool is_there = find_place(s, &p);

	if (is_there && is_large(s, &p))
		unmap_large(p.space, s->address, s->phys);
	else
		while (is_there && frame_mapped_pages(s))
			unmap_last(s, &p);
	wx_forget(s);
	s->space = 0;
	s->address = 0;
}

/* How many pages the step that begins at `va` takes, at most `left`: they are in one table. */
static u32 pages_of_step(u64 va, u32 left)
{
	u32 in_table = TABLE_PAGES - (u32)(va >> PAGE_BITS) % TABLE_PAGES;

	return MIN(MIN(left, PAGES_AT_ONCE), in_table);
}

/* Maps all of them or none: first every entry is looked at, then every entry is written. They are in one table (NULL: it is
 * missing). */
static status_t map_step(u64 *entries, u64 pa, u32 pages, u64 flags)
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

/* The first step of a run. With an error nothing was changed. */
static status_t map_run(struct space *space, u64 va, const struct slot *s, u64 flags)
{
	if (va < USER_BOTTOM)
		return ERR_RANGE;
	if (frame_is_large(s, va))
		return map_page(space->root, va, s->phys, flags, 2);
	if (!map_entry(space->root, va + (s->pages - 1) * PAGE_SIZE, 1))
		return ERR_TABLE;
	return map_step(map_entry(space->root, va, 1), s->phys, pages_of_step(va, s->pages), flags);
}

/* EXERCISE 2.7 stop-an-attack: begin */
static status_t map_decode(struct invocation *inv)
{
	const struct frame_map args = frame_map_args(inv);
	struct slot *s = inv->slot, *to = cap_lookup(inv->caller, args.address_space);
	u64 va = args.address, rights = args.rights, flags;
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
	if (args.attributes >> 32)
		return ERR_ARG;
	status = map_flags((u32)rights, (u32)args.attributes, &flags);
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

/* A mapping that met an obstacle: its mapped pages are unmapped again. Returns the reason, or PREEMPTED. */
static status_t map_take_back(struct slot *s)
{
	status_t reason = s->address & OCCUPIED ? ERR_OCCUPIED : ERR_TABLE;

	while (shrink(s))
		if (preempt_pending())
			return PREEMPTED;
	frame_unmap(s);
	return reason;
}

/* From the first page that is missing to the last. */
static status_t map_rest(struct slot *s, const struct place *p, u64 flags)
{
	while (s->address & MISSING) {
		u32 mapped = frame_mapped_pages(s);
		u64 offset = mapped * PAGE_SIZE, va = frame_address(s) + offset;
		u32 pages = pages_of_step(va, s->pages - mapped);
		u64 *entries = entries_at(p, va);
		status_t status = map_step(entries, s->phys + offset, pages, flags);

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
static status_t map_after_first(struct slot *s, const struct place *p, u64 flags)
{
	s->address |= s->pages - pages_of_step(s->address, s->pages);
	if (!(s->address & MISSING))
		return OK;
	if (preempt_pending())
		return PREEMPTED;
	return map_rest(s, p, flags);
}

/* The other pages are mapped as the first is. */
static u64 flags_of_first(const struct slot *s, const struct place *p)
{
	const u64 *entry = entries_at(p, frame_address(s));

	if (!entry || !(*entry & PTE_PRESENT) || (*entry & PTE_ADDRESS) != s->phys)
		return 0;
	return *entry & ~(PTE_ADDRESS | PTE_ACCESSED | PTE_DIRTY);
}

/* Whether these are the rights that wx_note recorded for the whole run. The first page may be another capability's
 * meanwhile, because tables can be exchanged. Device memory has no record, and needs none. */
static bool is_as_recorded(const struct slot *s, u64 rights)
{
	u8 recorded = (rights & RIGHT_WRITE ? SLOT_WRITER : 0) |
		      (rights & RIGHT_EXEC ? SLOT_EXECUTER : 0);

	return (s->flags & SLOT_DEVICE) || (s->flags & (SLOT_WRITER | SLOT_EXECUTER)) == recorded;
}

/* Whether a part of this very mapping is there, and not of another. */
static bool is_its_part(const struct invocation *inv, const struct space *space, u64 first)
{
	const struct frame_map args = frame_map_args(inv);
	const struct slot *s = inv->slot;
	u64 flags;

	if (s->space != space->ref || frame_address(s) != args.address)
		return false;
	/* Without a first page there is nothing to compare with, and the call ends with an error anyway. */
	return !first ||
	       (!(args.rights & ~(u64)s->rights) && !(args.attributes >> 32) &&
		is_as_recorded(s, args.rights) &&
		map_flags((u32)args.rights, (u32)args.attributes, &flags) == OK && flags == first);
}

/* A part of the run is mapped, with these flags; 0: its first page is not. */
static status_t map_part(struct slot *s, const struct place *p, u64 first)
{
	if (!first && !(s->address & (OCCUPIED | NO_TABLE)))
		s->address |= NO_TABLE;
	if (s->address & (OCCUPIED | NO_TABLE))
		return map_take_back(s);
	return map_rest(s, p, first);
}

/* A part of the run is mapped: by this very call before it was interrupted, or by another that was given up. */
static status_t map_go_on(struct invocation *inv, struct space *space)
{
	struct slot *s = inv->slot;
	const struct place p = {.space = space};
	u64 first = flags_of_first(s, &p);

	if (is_going(s) || !is_its_part(inv, space, first))
		return ERR_STATE;
	return map_part(s, &p, first);
}

/* The conditions that map_decode cannot see: the frame's other mappings, whether it is memory, and that a run takes several
 * steps. */
status_t frame_map_method(struct invocation *inv)
{
	const struct frame_map args = frame_map_args(inv);
	struct slot *s = inv->slot;
	const struct slot *to = cap_lookup(inv->caller, args.address_space);
	bool is_device = (s->flags & SLOT_DEVICE) != 0;

	/* Memory past the cache would show its content before it was zeroed (SDM vol. 3, 11.12.4: no aliases). */
	if (args.attributes && !is_device)
		return ERR_ARG;
	if (slot_check(to, CAP_ADDRESS_SPACE, RIGHT_WRITE) != OK)
		return map_decode(inv); /* returns the reason */
	struct space *space = (struct space *)to->object;
	if (is_part(s))
		return map_go_on(inv, space);
	if (!s->space && !wx_allows(s, space->ref, args.rights))
		return ERR_RIGHTS;
	if (preempt_pending())
		return PREEMPTED;
	status_t status = map_decode(inv);
	if (status != OK)
		return status;
	wx_note(s, space->ref, args.rights);
	if (frame_is_large(s, s->address))
		return OK;
	const struct place p = {.space = space};
	return map_after_first(s, &p, flags_of_first(s, &p));
}

/* Whether the part that is mapped is one of this very mapping, whose first page has these flags, or is not there. */
static bool is_device_part(const struct slot *s, const struct place *p, u64 address, u64 flags)
{
	u64 first = flags_of_first(s, p);

	return !is_going(s) && s->space == p->io.ref && frame_address(s) == address &&
	       (!first || first == flags);
}

status_t frame_map_for_device(struct slot *s, const struct io_space *io, u64 address, u64 rights)
{
	const struct place p = {.io = *io};
	u64 flags = PTE_PRESENT | (rights & RIGHT_WRITE ? PTE_WRITE : 0);
	u32 pages = pages_of_step(address, s->pages);
	u64 *entries = entries_at(&p, address);

	if (is_part(s) && is_device_part(s, &p, address, flags))
		return map_part(s, &p, flags_of_first(s, &p));
	if (s->space)
		return ERR_STATE;
	if (!wx_allows(s, io->ref, rights))
		return ERR_RIGHTS;
	if (!entries_at(&p, address + (s->pages - 1) * PAGE_SIZE))
		return ERR_TABLE;
	status_t status = map_step(entries, s->phys, pages, flags);
	if (status != OK)
		return status;
	io_added(io, entries, pages);
	s->space = io->ref;
	s->address = address;
	wx_note(s, io->ref, rights);
	return map_after_first(s, &p, flags);
}

status_t frame_remember_device(struct slot *s, u64 ref, u64 address)
{
	if (s->space)
		return ERR_STATE;
	s->space = ref;
	s->address = address;
	return OK;
}

status_t frame_unmap_steps(struct slot *s)
{
	while (shrink(s))
		if (preempt_pending())
			return PREEMPTED;
	u64 space = s->space, address = s->address;
	bool goes = is_going(s);

	frame_unmap(s);
	if (goes) { /* unmapped; the capability can still only be deleted */
		s->space = space;
		s->address = (address & ~MISSING) | s->pages;
	}
	return OK;
}

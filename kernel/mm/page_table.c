/* PageTable capabilities. A table is cleared when it is mapped, so that it brings no entries from one address space into the
 * next. */
#include "mm/page_table.h"
#include "gen/kernel/methods.h"
#include "lib/string.h"
#include "mm/io_space.h"
#include "mm/map.h"
#include "mm/space.h"
#include "mm/tlb.h"
#include "sched/lookup.h"
#include "sched/preempt.h"
#include "x86/layout.h"
#include "x86/pte.h"

#define CLEARED_AT_ONCE (TABLE_BYTES / 4)

static void unmap_from_space(const struct slot *s)
{
	struct space *space = space_find(s->space);
	u64 *entry = space ? map_entry(space->root, s->address, s->level + 1) : NULL;

	if (entry && (*entry & PTE_PRESENT) && (*entry & PTE_ADDRESS) == s->phys) {
		*entry = 0;
		tlb_forget_all(space->root_phys);
	}
}

void page_table_unmap(struct slot *s)
{
	if (is_io_ref(s->space))
		io_table_unmap(s);
	else
		unmap_from_space(s);
	s->space = 0;
	s->address = 0;
	s->level = 0;
}

/* A table of an address space that has ended may still hold old entries. A few hundred instructions: if an interrupt waits,
 * all of it is done again later. */
static bool clear_table(u8 *table)
{
	for (u32 done = 0; done < TABLE_BYTES; done += CLEARED_AT_ONCE) {
		memset(table + done, 0, CLEARED_AT_ONCE);
		if (preempt_pending())
			return false;
	}
	return true;
}

/* Into the tables of a device: its top-level table, or one below. */
static status_t map_below(struct slot *s, u64 requester, u64 address, u32 level)
{
	struct io_space io;

	if (!io_space_of(requester, &io))
		return ERR_TABLE;
	u64 *entry = io_entry(&io, address, level + 1);
	if (!entry)
		return ERR_TABLE;
	if (*entry & PTE_PRESENT)
		return ERR_OCCUPIED;
	*entry = s->phys | PTE_PRESENT | PTE_WRITE;
	io_added(&io, entry, 1);
	return OK;
}

static status_t map_for_device(struct invocation *inv, struct slot *to)
{
	const struct table_map args = table_map_args(inv);
	struct slot *s = inv->slot;
	struct io_space io;
	status_t status;

	if (!(to->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	if (s->space || !io_translates())
		return ERR_STATE;
	if (args.level < 1 || args.level > io_levels())
		return ERR_ARG;
	if (to->count != 1 || args.address >= io_end())
		return ERR_RANGE;
	if (!clear_table(phys_to_virt(s->phys)))
		return PREEMPTED;
	io_wrote_table(phys_to_virt(s->phys));
	status = args.level == io_levels()
			 ? io_space_bind(to, s->phys)
			 : map_below(s, to->number, args.address, (u32)args.level);
	if (status != OK || !io_space_of(to->number, &io))
		return status;
	s->space = io.ref;
	s->address = ALIGN_DOWN(args.address, PAGE_SIZE << 9 * args.level);
	s->level = (u32)args.level;
	return OK;
}

static status_t map_decode(struct invocation *inv)
{
	const struct table_map args = table_map_args(inv);
	struct slot *s = inv->slot, *to = cap_lookup(inv->caller, args.address_space);
	u64 va = args.address, level = args.level;
	status_t status = slot_check(to, CAP_ADDRESS_SPACE, RIGHT_WRITE);

	if (status != OK)
		return status;
	if (s->space)
		return ERR_STATE;
	if (level < 1 || level > 3)
		return ERR_ARG;
	struct space *space = (struct space *)to->object;
	va = ALIGN_DOWN(va, PAGE_SIZE << 9 * level);
	if (!clear_table(phys_to_virt(s->phys)))
		return PREEMPTED;
	status = map_table(space->root, va, s->phys, (u32)level);
	if (status != OK)
		return status;
	s->space = space->ref;
	s->address = va;
	s->level = (u32)level;
	return OK;
}

status_t page_table_decode(struct invocation *inv)
{
	if (inv->label != TABLE_MAP && inv->label != TABLE_UNMAP)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_WRITE))
		return ERR_RIGHTS;
	if (inv->label == TABLE_MAP) {
		struct slot *to = cap_lookup(inv->caller, table_map_args(inv).address_space);

		return to && to->type == CAP_IOSPACE ? map_for_device(inv, to) : map_decode(inv);
	}
	if (!inv->slot->space)
		return ERR_STATE;
	page_table_unmap(inv->slot);
	return OK;
}

/*
 * A requester's tables.
 *
 * They are PageTables, as those of an AddressSpace are, so their memory is the driver's. seL4 has a type of its own for them
 * (IOPageTable), and one for each size of a page that maps them; NOVA has one tree for each protection domain, for the processor
 * and for devices. Here the top-level table is a PageTable, too: an AddressSpace's has a header with a count, which a
 * requester, of which there is one, does not need.
 *
 * A Frame remembers the requester and the number of its binding, so that it is recognized as stale once other tables
 * translate for the requester.
 */
#include "mm/io_space.h"
#include "object/object.h"
#include "pc/vtd_context.h"
#include "pc/vtd_queue.h"
#include "x86/layout.h"
#include "x86/pte.h"

#define REQUESTER_BITS 16
#define LEVEL_BITS 9

bool io_translates(void)
{
	return vtd_unit_count != 0;
}

u32 io_levels(void)
{
	return vtd_common.levels;
}

u64 io_end(void)
{
	return 1ul << vtd_common.address_bits;
}

u64 io_ref_untranslated(u64 requester)
{
	return IO_REF | requester;
}

bool io_space_of(u64 requester, struct io_space *io)
{
	struct vtd_context c;

	if (!vtd_context_find((u32)requester, &c))
		return false;
	*io = (struct io_space){
		.root = phys_to_virt(c.table),
		.ref = IO_REF | c.binding << REQUESTER_BITS | requester,
		.domain = c.domain};
	return true;
}

bool io_space_find(u64 ref, struct io_space *io)
{
	return io_space_of(ref & (VTD_REQUESTERS - 1), io) && io->ref == ref;
}

static u32 index_of(u64 address, u32 level)
{
	return address >> (PAGE_BITS + LEVEL_BITS * (level - 1)) & (TABLE_PAGES - 1);
}

u64 *io_entry(const struct io_space *io, u64 address, u32 level)
{
	u64 *table = io->root;

	for (u32 l = vtd_common.levels; l > level; l--) {
		u64 entry = table[index_of(address, l)];

		if (!(entry & PTE_PRESENT))
			return NULL;
		table = phys_to_virt(entry & PTE_ADDRESS);
	}
	return &table[index_of(address, level)];
}

void io_wrote_table(const void *table)
{
	vtd_wrote(table, TABLE_BYTES);
}

void io_added(const struct io_space *io, const u64 *entries, u32 count)
{
	vtd_wrote(entries, count * sizeof(*entries));
	if (vtd_common.caches_absent)
		vtd_forget_domain(io->domain);
}

void io_removed(const struct io_space *io, const u64 *entries, u32 count)
{
	vtd_wrote(entries, count * sizeof(*entries));
	vtd_forget_domain(io->domain);
}

status_t io_space_bind(struct slot *iospace, u64 table)
{
	u32 requester = (u32)iospace->number;
	u64 binding;
	status_t status = vtd_context_set(requester, table, &binding);

	if (status != OK)
		return status;
	iospace->flags |= SLOT_BOUND;
	iospace->binding = binding;
	return OK;
}

void io_space_unbind(struct slot *iospace)
{
	u32 requester = (u32)iospace->number;
	struct vtd_context c;

	if (vtd_context_find(requester, &c) && c.binding == iospace->binding)
		vtd_context_clear(requester);
}

void io_table_unmap(struct slot *s)
{
	struct io_space io;
	bool is_top = s->level == vtd_common.levels;

	if (!io_space_find(s->space, &io))
		return;
	if (is_top) {
		vtd_context_clear((u32)(s->space & (VTD_REQUESTERS - 1)));
		return;
	}
	u64 *entry = io_entry(&io, s->address, s->level + 1);

	if (!entry || !(*entry & PTE_PRESENT) || (*entry & PTE_ADDRESS) != s->phys)
		return;
	*entry = 0;
	io_removed(&io, entry, 1);
}

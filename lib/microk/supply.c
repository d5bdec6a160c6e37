/*
 * The kernel neither allocates page tables nor chooses slots. Both are policy, which this file contains. Tables are made
 * when a mapping fails for the lack of one (as in seL4's libraries; NOVA's kernel makes tables itself, from memory that no
 * process pays for).
 *
 * Weighed: seL4's libraries pass an allocator as a table of functions (vka); Genode gives each child a quota in bytes. Here an
 * Untyped is the quota, and a supply is plain data.
 */
#include "lib/microk/supply.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"

#define TABLE_SPAN (512 * PAGE_SIZE) /* mapped by a table of level 1 */

cap_t supply_slot(struct supply *s)
{
	if (s->end == 0)
		return slot_alloc();
	return s->next < s->end ? s->next++ : 0;
}

cap_t supply_slots(struct supply *s, u32 count)
{
	cap_t first = s->next;

	if (s->end == 0)
		return slot_alloc_run(count);
	if (count > s->end - s->next)
		return 0;
	s->next += count;
	return first;
}

/* Returns the slot that was taken last. */
static void return_slot(struct supply *s, cap_t slot)
{
	if (s->end == 0)
		slot_free(slot);
	else
		s->next = slot;
}

/* The root task's Untypeds are sorted, largest first, so the search from the last one finds the smallest that is enough. */
enum microk_status supply_make_in(const struct supply *s, u64 type, u64 size, cap_t slot)
{
	for (cap_t memory = s->memory_end; memory-- > s->memory;) {
		enum microk_status status = untyped_retype(
			memory,
			&(struct untyped_retype){
				.type = type,
				.size = size,
				.cnode = SLOT_CNODE,
				.index = slot,
				.count = 1});

		/* In a range of several, some Untypeds may be too small and some slots empty. */
		if (memory == s->memory || (status != ERR_MEMORY && status != ERR_CAP))
			return status;
	}
	return ERR_MEMORY;
}

enum microk_status supply_make(struct supply *s, u64 type, u64 size, cap_t *slot)
{
	cap_t at = supply_slot(s);

	*slot = 0;
	if (at == 0)
		return ERR_LIMIT;
	enum microk_status status = supply_make_in(s, type, size, at);
	if (status == OK)
		*slot = at;
	else
		return_slot(s, at);
	return status;
}

enum microk_status supply_copy(struct supply *s, cap_t from, u64 rights, cap_t *slot)
{
	if (*slot == 0 && (*slot = supply_slot(s)) == 0)
		return ERR_LIMIT;
	return cnode_copy(
		SLOT_CNODE,
		&(struct cnode_copy){.index = *slot,
				     .source_cnode = SLOT_CNODE,
				     .source_index = from,
				     .rights = rights});
}

/* Threads share their program's own supply: the spare table goes to the one thread that takes it. */
static enum microk_status take_spare(struct supply *s, cap_t *table)
{
	*table = __atomic_exchange_n(&s->spare, 0, __ATOMIC_ACQ_REL);
	return *table ? OK : supply_make(s, CAP_PAGE_TABLE, 0, table);
}

static void keep_spare(struct supply *s, cap_t table)
{
	/* Another thread may have left a spare table meanwhile. One is enough. */
	slot_drop(__atomic_exchange_n(&s->spare, table, __ATOMIC_ACQ_REL));
}

/* Adds one table at the highest level that lacks one. ERR_OCCUPIED: none is missing. */
static enum microk_status add_table(struct supply *s, cap_t space, u64 address)
{
	cap_t table;
	enum microk_status status = take_spare(s, &table);

	if (status != OK)
		return status;
	for (u64 level = 3; level >= 1; level--) {
		status = table_map(
			table, &(struct table_map){
				       .address_space = space, .address = address, .level = level});
		if (status == OK)
			return OK;
		if (status != ERR_OCCUPIED)
			break;
	}
	keep_spare(s, table);
	return status;
}

/* After each table the mapping is tried again: a run that the kernel maps as a large page must not get a table of level 1. */
enum microk_status supply_map(struct supply *s, cap_t space, cap_t frame, u64 address, u64 rights,
			      u64 attributes)
{
	struct frame_info_result info;
	u64 at = address, end = 0;
	bool again = true; /* another thread may have added the last table that was missing */

	for (;;) {
		enum microk_status status = frame_map(
			frame,
			&(struct frame_map){
				.address_space = space,
				.address = address,
				.rights = rights,
				.attributes = attributes,
			});

		if (status != ERR_TABLE)
			return status;
		if (end == 0) {
			status = frame_info(frame, &info);
			if (status != OK)
				return status;
			end = address + info.pages * PAGE_SIZE;
		}
		/* A run of pages may reach into a second table's range. */
		while (at < end && (status = add_table(s, space, at)) == ERR_OCCUPIED)
			at = ALIGN_DOWN(at, TABLE_SPAN) + TABLE_SPAN;
		if (status != OK && (status != ERR_OCCUPIED || !again))
			return status == ERR_OCCUPIED ? ERR_TABLE : status;
		if (status == ERR_OCCUPIED) {
			again = false;
			at = address;
		}
	}
}

u64 supply_free(const struct supply *s)
{
	struct untyped_info_result untyped;
	u64 total = 0;

	for (cap_t memory = s->memory; memory < s->memory_end; memory++)
		if (untyped_info(memory, &untyped) == OK)
			total += untyped.bytes - untyped.bytes_used;
	return total;
}

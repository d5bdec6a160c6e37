/*
 * Objects and mappings. The kernel neither allocates page tables nor chooses addresses: both are policy, and
 * this file has that policy. Tables are made when a mapping fails for the lack of one (as in seL4's libraries;
 * NOVA's kernel makes tables itself, from memory that no process pays for).
 */
#include "lib/microk/memory.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"

_Static_assert(WINDOW_LIMIT <= STARTUP_STACK_GUARD, "the gap below the stack stays empty");

cap_t memory_untyped = SLOT_UNTYPED;

enum microk_status object_make(enum cap_type type, u64 size, cap_t *slot)
{
	enum microk_status status;
	cap_t at = slot_alloc();

	*slot = 0;
	if (!at)
		return ERR_LIMIT;
	status = untyped_retype(
		memory_untyped,
		&(struct untyped_retype){
			.type = type, .size = size, .cnode = SLOT_CNODE, .index = at, .count = 1});
	if (status != OK)
		slot_free(at);
	else
		*slot = at;
	return status;
}

/* Adds one table at the highest level that lacks one. ERR_OCCUPIED: none is missing. */
static enum microk_status table_add(cap_t space, u64 address)
{
	static cap_t spare; /* a table that was made and not needed */
	enum microk_status status;

	if (!spare) {
		status = object_make(CAP_PAGE_TABLE, 0, &spare);
		if (status != OK)
			return status;
	}
	for (u64 level = 3; level >= 1; level--) {
		status = table_map(spare, &(struct table_map){.address_space = space,
							      .address = address,
							      .level = level});
		if (status == OK)
			spare = 0;
		if (status != ERR_OCCUPIED)
			return status;
	}
	return ERR_OCCUPIED;
}

enum microk_status space_map(cap_t space, cap_t frame, u64 address, u32 rights, u32 attributes)
{
	const u64 table_bytes = 512 * PAGE_SIZE; /* mapped by a table of level 1 */
	struct frame_info_result info;
	u64 at = address, end = 0;

	for (;;) {
		enum microk_status status =
			frame_map(frame, &(struct frame_map){.address_space = space,
							     .address = address,
							     .rights = rights,
							     .attributes = attributes});

		if (status != ERR_TABLE)
			return status;
		if (!end) {
			status = frame_info(frame, &info);
			if (status != OK)
				return status;
			end = address + info.pages * PAGE_SIZE;
		}
		/* A run of pages may reach into a second table's range. */
		while ((status = table_add(space, at)) == ERR_OCCUPIED) {
			at = ALIGN_DOWN(at, table_bytes) + table_bytes;
			if (at >= end)
				return ERR_TABLE;
		}
		if (status != OK)
			return status;
	}
}

enum microk_status window_map(cap_t frame, u64 pages, u32 rights, u32 attributes, void **address)
{
	static u64 next = WINDOW_ADDRESS; /* never reused: there are 2^46 bytes of addresses */
	u64 bytes = (pages + 1) * PAGE_SIZE;
	enum microk_status status;

	*address = NULL;
	if (pages > (WINDOW_LIMIT - WINDOW_ADDRESS) / PAGE_SIZE || bytes > WINDOW_LIMIT - next)
		return ERR_RANGE;
	status = space_map(SLOT_SPACE, frame, next, rights, attributes);
	if (status == OK) {
		*address = (void *)next;
		next += bytes;
	}
	return status;
}

enum microk_status memory_make(u64 pages, cap_t *frame, void **address)
{
	enum microk_status status;
	cap_t made;

	*address = NULL;
	if (frame)
		*frame = 0;
	status = object_make(CAP_FRAME, pages, &made);
	if (status != OK)
		return status;
	status = window_map(made, pages, RIGHT_READ | RIGHT_WRITE, 0, address);
	if (status != OK)
		slot_drop(made);
	else if (frame)
		*frame = made;
	return status;
}

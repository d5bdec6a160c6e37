/* The program's own supply, and the addresses of its mappings, which the kernel does not choose. */
#include "lib/microk/memory.h"
#include "lib/microk/startup.h"
#include "lib/microk/supply.h"

_Static_assert(WINDOW_LIMIT <= STARTUP_STACK_GUARD, "the gap below the stack stays empty");

cap_t memory_untyped = SLOT_UNTYPED;

/* A supply with the slots of slot_alloc. */
static struct supply *own_supply(void)
{
	static struct supply own;

	own.memory = memory_untyped;
	own.memory_end = memory_untyped + 1;
	return &own;
}

enum microk_status object_make(enum cap_type type, u64 size, cap_t *slot)
{
	return supply_make(own_supply(), type, size, slot);
}

enum microk_status space_map(cap_t space, cap_t frame, u64 address, u32 rights, u32 attributes)
{
	return supply_map(own_supply(), space, frame, address, rights, attributes);
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

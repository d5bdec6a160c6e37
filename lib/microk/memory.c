/* The program's own supply, and the addresses of its mappings, which the kernel does not choose. */
#include "lib/microk/memory.h"
#include "lib/microk/self.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/supply.h"

_Static_assert(WINDOW_LIMIT <= STARTUP_STACK_GUARD, "the gap below the stack stays empty");

cap_t memory_untyped = SLOT_UNTYPED;

static struct supply own;

void memory_reset(void)
{
	own = (struct supply){0};
}

/* A supply with the slots of slot_alloc. */
static struct supply *own_supply(void)
{
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

/* Addresses are never used twice: there are 2^46 bytes of them. */
static enum microk_status window_take(u64 bytes, u64 alignment, u64 *address)
{
	static u64 next = WINDOW_ADDRESS;
	u64 was = __atomic_load_n(&next, __ATOMIC_RELAXED);

	do {
		*address = ALIGN_UP(was, alignment);
		if (*address > WINDOW_LIMIT || bytes > WINDOW_LIMIT - *address)
			return ERR_RANGE;
	} while (!__atomic_compare_exchange_n(
		&next, &was, *address + bytes, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return OK;
}

enum microk_status window_map(cap_t frame, u64 pages, u32 rights, u32 attributes, void **address)
{
	enum microk_status status;
	u64 at;

	*address = NULL;
	if (pages > (WINDOW_LIMIT - WINDOW_ADDRESS) / PAGE_SIZE)
		return ERR_RANGE;
	status = window_take((pages + 1) * PAGE_SIZE, PAGE_SIZE, &at);
	if (status == OK)
		status = space_map(SLOT_SPACE, frame, at, rights, attributes);
	if (status == OK)
		*address = (void *)at;
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

enum microk_status memory_stack(u64 pages, cap_t *frame, void **top)
{
	enum microk_status status;
	u64 gap, end;
	cap_t made;

	*frame = 0;
	*top = NULL;
	if (pages > THREAD_STACK_BYTES / PAGE_SIZE)
		return ERR_RANGE;
	status = window_take(2 * THREAD_STACK_BYTES, THREAD_STACK_BYTES, &gap);
	if (status == OK)
		status = object_make(CAP_FRAME, pages, &made);
	if (status != OK)
		return status;
	end = gap + 2 * THREAD_STACK_BYTES;
	status = space_map(SLOT_SPACE, made, end - pages * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE, 0);
	if (status != OK) {
		slot_drop(made);
		return status;
	}
	*frame = made;
	*top = (void *)end;
	return OK;
}

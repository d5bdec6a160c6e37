/*
 * The free slots of the program's CNode: one bit each. seL4's libraries leave this to every program,
 * with a tree of CNodes to walk. A flat CSpace needs only a bitmap, like a table of file descriptors.
 * The lowest free slot is taken, so that people read small numbers.
 */
#include "lib/microk/slots.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/ipc.h"

static u64 is_free[SLOTS_MAX / 64]; /* bit set: the slot is free */
static cap_t slots_first, slots_end;
static u32 lowest; /* no word of is_free below this one has a bit set */

void slots_init(cap_t first, cap_t end)
{
	if (end > SLOTS_MAX)
		end = SLOTS_MAX;
	if (first == 0)
		first = 1; /* slot 0 is always empty */
	slots_first = first;
	slots_end = end;
	for (cap_t slot = first; slot < end; slot++)
		is_free[slot / 64] |= 1ul << slot % 64;
	lowest = 0;
}

static bool slots_ready(void)
{
	if (!slots_end && startup)
		slots_init(startup->free_slots, SLOT_TOTAL);
	return slots_end != 0;
}

cap_t slot_alloc(void)
{
	if (!slots_ready())
		return 0;
	for (u32 i = lowest; i < ARRAY_LEN(is_free); i++) {
		if (is_free[i]) {
			u32 bit = (u32)__builtin_ctzl(is_free[i]);

			lowest = i;
			is_free[i] &= ~(1ul << bit);
			return i * 64ul + bit;
		}
	}
	lowest = ARRAY_LEN(is_free);
	return 0;
}

cap_t slot_alloc_run(u32 count)
{
	u32 found = 0;

	if (!slots_ready() || count == 0)
		return 0;
	for (cap_t slot = lowest * 64ul; slot < slots_end; slot++) {
		found = is_free[slot / 64] >> slot % 64 & 1 ? found + 1 : 0;
		if (found < count)
			continue;
		cap_t first = slot + 1 - count;
		for (cap_t taken = first; taken <= slot; taken++)
			is_free[taken / 64] &= ~(1ul << taken % 64);
		return first;
	}
	return 0;
}

void slot_free(cap_t slot)
{
	if (!slots_ready() || slot < slots_first || slot >= slots_end)
		return; /* a grant's slot is not from this list */
	is_free[slot / 64] |= 1ul << slot % 64;
	if (slot / 64 < lowest)
		lowest = (u32)(slot / 64);
}

void slot_drop(cap_t slot)
{
	if (!slot)
		return;
	cnode_delete(SLOT_CNODE, slot);
	slot_free(slot);
}

u32 slots_free_count(void)
{
	u32 count = 0;

	if (slots_ready())
		for (u32 i = 0; i < ARRAY_LEN(is_free); i++)
			count += (u32)__builtin_popcountl(is_free[i]);
	return count;
}

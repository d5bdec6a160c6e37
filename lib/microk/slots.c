/*
 * The free slots of the program's CNode: one bit each. seL4's libraries leave this to every program,
 * with a tree of CNodes to walk. A flat CSpace needs only a bitmap, like a table of file descriptors.
 * The lowest free slot is taken, so that people read small numbers.
 *
 * Threads take and free slots concurrently, without a lock: the thread that clears a slot's bit has the slot. (musl's and
 * seL4's allocators lock. A thread that is preempted here holds up no other.)
 */
#include "lib/microk/slots.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"

static u64 is_free[SLOTS_MAX / 64]; /* bit set: the slot is free */
static cap_t slots_first, slots_end;
static u32 lowest; /* where the search begins: no word below had a bit set when this was written */

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

/* Making a second thread takes slots, so the bitmap is ready before there is one. */
static bool slots_ready(void)
{
	if (!slots_end && startup)
		slots_init(startup->free_slots, SLOT_TOTAL);
	return slots_end != 0;
}

/* Clears the bit of a slot; false if it is not free, or another thread was faster. */
static bool slot_take(cap_t slot)
{
	u64 bit = 1ul << slot % 64;

	return __atomic_fetch_and(&is_free[slot / 64], ~bit, __ATOMIC_ACQUIRE) & bit;
}

/* A free slot of word i, taken; 0 if it has none. */
static cap_t take_from(u32 i)
{
	u64 bits;

	while ((bits = __atomic_load_n(&is_free[i], __ATOMIC_RELAXED)) != 0) {
		cap_t slot = i * 64ul + (u32)__builtin_ctzl(bits);

		if (slot_take(slot))
			return slot;
	}
	return 0;
}

cap_t slot_alloc(void)
{
	u32 first, words = ARRAY_LEN(is_free);

	if (!slots_ready())
		return 0;
	first = __atomic_load_n(&lowest, __ATOMIC_RELAXED);
	/* The search goes on from the first word, because a slot below may have been freed meanwhile. */
	for (u32 n = 0; n < words; n++) {
		u32 i = (first + n) % words, seen = first;
		cap_t slot = take_from(i);

		if (!slot)
			continue;
		if (i != first)
			__atomic_compare_exchange_n(
				&lowest, &seen, i, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
		return slot;
	}
	return 0;
}

static void bit_set(cap_t slot)
{
	u32 word = (u32)(slot / 64), seen;

	__atomic_fetch_or(&is_free[word], 1ul << slot % 64, __ATOMIC_RELEASE);
	seen = __atomic_load_n(&lowest, __ATOMIC_RELAXED);
	while (word < seen &&
	       !__atomic_compare_exchange_n(
		       &lowest, &seen, word, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

cap_t slot_alloc_run(u32 count)
{
	u32 taken = 0;

	if (!slots_ready() || count == 0)
		return 0;
	for (cap_t slot = slots_first; slot < slots_end; slot++) {
		if ((is_free[slot / 64] >> slot % 64 & 1) && slot_take(slot)) {
			if (++taken == count)
				return slot + 1 - count;
		} else {
			while (taken)
				bit_set(slot - taken--);
		}
	}
	while (taken)
		bit_set(slots_end - taken--);
	return 0;
}

void slot_free(cap_t slot)
{
	if (!slots_ready() || slot < slots_first || slot >= slots_end)
		return; /* a grant's slot is not from this list */
	bit_set(slot);
}

void slot_drop(cap_t slot)
{
	if (!slot)
		return;
	cnode_delete(SLOT_CNODE, slot);
	slot_free(slot);
}

enum microk_status cap_mint(cap_t from, u64 rights, u64 badge, u64 flags, cap_t *slot)
{
	cap_t to = slot_alloc();

	*slot = 0;
	if (to == 0)
		return ERR_LIMIT;
	enum microk_status status = cnode_mint(
		SLOT_CNODE,
		&(struct cnode_mint){
			.index = to,
			.source_cnode = SLOT_CNODE,
			.source_index = from,
			.rights = rights,
			.badge = badge,
			.flags = flags});
	if (status == OK)
		*slot = to;
	else
		slot_free(to);
	return status;
}

u32 slots_free_count(void)
{
	u32 count = 0;

	if (slots_ready())
		for (u32 i = 0; i < ARRAY_LEN(is_free); i++)
			count += (u32)__builtin_popcountl(is_free[i]);
	return count;
}

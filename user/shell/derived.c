/* Parents are found by binary search: one table can have two thousand slots. */
#include "user/shell/derived.h"
#include "user/shell/sort.h"

/* Numbers of the slots, ordered by their identity. */
static struct index {
	struct derived *first;
	size_t stride;
	u16 number[DERIVED_MAX];
} by_self;

static struct derived *slot_at(u32 number)
{
	return (struct derived *)((u8 *)by_self.first + number * by_self.stride);
}

static bool before(void *context, size_t i, size_t j)
{
	const struct index *x = context;

	return slot_at(x->number[i])->self < slot_at(x->number[j])->self;
}

static void swap(void *context, size_t i, size_t j)
{
	struct index *x = context;
	u16 n = x->number[i];

	x->number[i] = x->number[j];
	x->number[j] = n;
}

/* The number + 1 of the slot `self`; 0 if it is not among them. */
static u32 find_self(u32 count, u64 self)
{
	u32 low = 0, high = count;

	while (low < high) {
		u32 middle = (low + high) / 2;
		if (slot_at(by_self.number[middle])->self < self)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = self != 0 && low < count && slot_at(by_self.number[low])->self == self;
	return found ? by_self.number[low] + 1u : 0;
}

/* Whether `slot` is `below` or one of its ancestors. If so, making `slot` a child of `below` would close a cycle; a table that is
 * damaged, or was read while a process derived capabilities, may contain one. */
static bool is_above(u32 slot, u32 below)
{
	while (below != 0 && below != slot)
		below = slot_at(below - 1)->up;
	return below == slot;
}

u32 derived_link(struct derived *first, size_t stride, u32 count)
{
	u32 first_root = 0;

	by_self.first = first;
	by_self.stride = stride;
	for (u32 i = 0; i < count; i++) {
		struct derived *d = slot_at(i);
		by_self.number[i] = (u16)i;
		d->first_child = d->next_sibling = d->up = 0;
	}
	sort(&by_self, count, before, swap);
	for (u32 i = 1; i <= count; i++) {
		u32 up = find_self(count, slot_at(i - 1)->parent);
		if (up != 0 && !is_above(i, up))
			slot_at(i - 1)->up = (u16)up;
	}
	/* From the last slot to the first, each is put before its siblings, which puts them in order. */
	for (u32 i = count; i > 0; i--) {
		struct derived *d = slot_at(i - 1);
		if (d->up != 0) {
			d->next_sibling = slot_at(d->up - 1u)->first_child;
			slot_at(d->up - 1u)->first_child = (u16)i;
		} else {
			d->next_sibling = (u16)first_root;
			first_root = i;
		}
	}
	return first_root;
}

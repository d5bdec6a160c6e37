#include "drivers/pci/memory.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"

/* A BAR's pages, and where it is. */
struct place {
	u64 first, end; /* addresses of whole pages */
	u8 function, bar;
};

#define PLACES (PCI_FUNCTIONS * PCI_BARS)

static struct place places[PLACES];
static u32 place_count;

u32 memory_bar_pages(u32 index, u32 bar)
{
	struct frame_info_result frame;

	if (frame_info(memory_slot(index, PCI_SLOT_BARS + bar), &frame) != OK)
		return 0;
	return (u32)frame.pages;
}

/* Sorted by the first address. There are few, and this runs once. */
static void insert(struct place p)
{
	u32 at = place_count++;

	for (; at > 0 && places[at - 1].first > p.first; at--)
		places[at] = places[at - 1];
	places[at] = p;
}

static void list_places(const struct pci_table *t)
{
	place_count = 0;
	for (u32 i = 0; i < t->count; i++)
		for (u32 n = 0; n < PCI_BARS; n++) {
			const struct pci_bar *b = &t->function[i].bar[n];

			if (b->bytes == 0 || b->flags & PCI_BAR_PORTS || b->address == 0 ||
			    b->address + b->bytes < b->address)
				continue;
			insert((struct place){
				.first = ALIGN_DOWN(b->address, PAGE_SIZE),
				.end = ALIGN_UP(b->address + b->bytes, PAGE_SIZE),
				.function = (u8)i,
				.bar = (u8)n});
		}
}

static void mark_shared(struct pci_table *t)
{
	u64 end = 0;
	u32 last = 0;

	for (u32 i = 0; i < place_count; i++) {
		if (places[i].first < end) {
			t->function[places[i].function].bar[places[i].bar].flags |= PCI_BAR_SHARED;
			t->function[places[last].function].bar[places[last].bar].flags |=
				PCI_BAR_SHARED;
		}
		if (places[i].end > end) {
			end = places[i].end;
			last = i;
		}
	}
}

/* The part of device memory that contains the place; 0 if there is none. *used: the address from which on it is free. */
static cap_t find_part(const struct place *p, u64 *used)
{
	for (u32 i = 0; i < PCI_KEPT_DEVICE_PARTS; i++) {
		struct untyped_info_result memory;

		if (untyped_info(PCI_KEPT_DEVICES + i, &memory) != OK)
			continue;
		*used = memory.physical_address + memory.bytes_used;
		if (*used <= p->first && p->end <= memory.physical_address + memory.bytes)
			return PCI_KEPT_DEVICES + i;
	}
	return 0;
}

static enum microk_status retype(cap_t part, u64 type, u64 size, cap_t slot)
{
	return untyped_retype(
		part,
		&(struct untyped_retype){
			.type = type,
			.size = size,
			.cnode = SLOT_CNODE,
			.index = slot,
			.count = 1});
}

/* The memory before the place is skipped: an Untyped takes it, which goes again when the Frame is there. */
static void make_frame(const struct place *p)
{
	cap_t slot = memory_slot(p->function, PCI_SLOT_BARS + p->bar);
	u64 used, pages = (p->end - p->first) / PAGE_SIZE;

	if (pages > FRAME_MAX_PAGES || memory_bar_pages(p->function, p->bar) > 0)
		return;
	cap_t part = find_part(p, &used);
	if (part == 0)
		return;
	if (used < p->first && retype(part, CAP_UNTYPED, p->first - used, PCI_KEPT_GAP) != OK)
		return;
	retype(part, CAP_FRAME, pages, slot);
	cnode_delete(SLOT_CNODE, PCI_KEPT_GAP);
}

void memory_make_frames(struct pci_table *t)
{
	cnode_delete(SLOT_CNODE, PCI_KEPT_GAP); /* of an earlier instance */
	list_places(t);
	mark_shared(t);
	for (u32 i = 0; i < place_count; i++)
		if (!(t->function[places[i].function].bar[places[i].bar].flags & PCI_BAR_SHARED))
			make_frame(&places[i]);
}

/*
 * The memory of base address registers as Frames, which drivers get parts of.
 *
 * Device memory comes as Untypeds, of which the kernel makes objects from the beginning on. So the Frames of all BARs are made
 * once, by ascending addresses, before the first driver asks. They lie in kept slots, and outlive the owner of PCI with all that
 * drivers have derived from them.
 */
#pragma once
#include "protocols/pci.h"

/* Makes the Frames that are not there yet. A BAR gets none if it is longer than a Frame (2 MiB), has no address, or lies outside of
 * device memory; and none if it has a page in common with another, which is then marked as shared. */
void memory_make_frames(struct pci_table *t);

/* The slot of a function's part or BAR. `index`: of the function in the table. */
static inline cap_t memory_slot(u32 index, u32 slot)
{
	return PCI_KEPT_FUNCTIONS + index * PCI_FUNCTION_SLOTS + slot;
}

/* The pages of a BAR's Frame; 0 if there is none. */
u32 memory_bar_pages(u32 index, u32 bar);

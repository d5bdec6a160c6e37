/*
 * Device memory. A PC's firmware names the places of devices in AML only, which the kernel does not interpret. seL4 grants
 * all physical addresses that are not memory; Linux looks for the largest hole in the memory map below 4 GiB, and uses PCI Express
 * configuration space only if the memory map has it as reserved. Here it is all between the end of memory and the I/O
 * APIC's page, and all above memory, without the entries that the map calls reserved. A reserved entry may be memory that the
 * firmware hides at the end of RAM (SMM's, a graphics adapter's). Configuration space is reserved in the map, too, and has
 * a slot of its own. Above the I/O APIC's page there are no PCI devices, but registers that could raise
 * any interrupt or reach all memory (local APIC, HPET, VT-d).
 *
 * Invariants: no two of the ranges meet, and none meets memory, a reserved entry (except for `ecam`) or registers that
 * ACPI's facts keep; configuration space that is not used is not device memory either.
 */
#include "boot/device_memory.h"
#include "boot/handoff.h"
#include "lib/print.h"
#include "pc/acpi.h"

#define LOW_START 0x100000ul /* below it are old devices, and RAM that the map does not name */
#define LOW_END 0xfec00000ul /* the I/O APIC's page */
#define HIGH_START (4ul << 30)
#define GIB (1ul << 30)

static bool meets(struct phys_range a, struct phys_range b)
{
	return a.start < b.end && b.start < a.end;
}

static bool is_memory(struct phys_range r)
{
	return r.start < LOW_START || (r.start < HIGH_START && r.start < handoff.low_end) ||
	       meets(r, (struct phys_range){HIGH_START, handoff.high_end});
}

static bool is_kept(struct phys_range r)
{
	for (u32 i = 0; i < acpi_facts.kept_count; i++)
		if (meets(r, acpi_facts.kept[i]))
			return true;
	return false;
}

static void find_ecam(struct device_memory *d, u64 address_end)
{
	struct phys_range r = acpi_facts.ecam;

	if (r.start == r.end)
		return;
	if (is_memory(r) || is_kept(r) || meets(r, d->screen) || r.end > address_end ||
	    meets(r, (struct phys_range){LOW_END, HIGH_START})) {
		kprintf("boot: the firmware has PCI's configuration space at 0x%lx, where it "
			"cannot be; it is not used\n",
			r.start);
		return;
	}
	d->ecam = r;
}

/* If `at` lies in r, moves it to r's end; else, if r begins before *next, moves that to r's beginning. */
static bool step_over(struct phys_range r, u64 *at, u64 *next)
{
	if (r.start <= *at && *at < r.end) {
		*at = r.end;
		return true;
	}
	if (r.start > *at && r.start < r.end)
		*next = MIN(*next, r.start);
	return false;
}

/* Moves `at` out of one range that is taken; false: it lies in none, and the next one begins at *next. */
static bool step(const struct device_memory *d, u64 *at, u64 *next)
{
	for (u32 i = 0; i < handoff.reserved_count; i++)
		if (step_over(handoff.reserved[i], at, next))
			return true;
	for (u32 i = 0; i < acpi_facts.kept_count; i++)
		if (step_over(acpi_facts.kept[i], at, next))
			return true;
	return step_over(d->screen, at, next) || step_over(acpi_facts.ecam, at, next);
}

static u32 find_pieces(const struct device_memory *d, u64 at, u64 end, struct phys_range *pieces)
{
	u32 count = 0;

	while (at < end) {
		u64 next = end;

		if (step(d, &at, &next))
			continue;
		if (count == DEVICE_PIECES) {
			kprintf("boot: device memory from 0x%lx on is in too many pieces, and is "
				"not used\n",
				at);
			return count;
		}
		pieces[count++] = (struct phys_range){at, next};
		at = next;
	}
	return count;
}

void device_memory_find(struct device_memory *d, struct phys_range screen, u64 address_end)
{
	u64 high = ALIGN_UP(MAX(handoff.high_end, HIGH_START), GIB);

	*d = (struct device_memory){.screen = screen};
	find_ecam(d, address_end);
	d->low_count = find_pieces(d, MAX(handoff.low_end, LOW_START), LOW_END, d->low);
	d->high_count = find_pieces(d, high, address_end, d->high);
}

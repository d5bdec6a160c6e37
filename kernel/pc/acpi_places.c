/*
 * Device registers by ACPI: PCI Express configuration space (MCFG; PCI Firmware Specification 3.3, 4.1.2), and the registers
 * that must stay the kernel's, because they could raise any interrupt or reach all memory: the I/O APICs, the HPET, other
 * configuration space, and the units that translate devices' addresses (DMAR: pc/dmar.c; IVRS: AMD I/O Virtualization 3.08,
 * 5.2.2).
 *
 * seL4 takes its local APIC, its one I/O APIC and its VT-d units out of the device memory that it grants; NOVA reserves the
 * same and grants all else. Here every such unit is kept, also those that the kernel does not drive.
 */
#include "pc/acpi.h"
#include "pc/acpi_table.h"
#include "pc/dmar.h"
#include "x86/cpu.h"

#define MCFG_ENTRIES 44
#define MCFG_ENTRY_BYTES 16
#define BUS_BITS 20 /* of an address: 32 devices with 8 functions of 4 KiB */

#define HPET_BASE 40 /* a Generic Address (HPET specification 1.0a, 3.2.4) */
#define SPACE_MEMORY 0

#define IVRS_ENTRIES 48 /* each begins with its type (1 byte), flags (1) and its length (2) */
#define IVRS_UNIT_OLD 0x10
#define IVRS_UNIT_NEW 0x11
#define IVRS_UNIT_NEWER 0x40
#define IVRS_UNIT_BASE 8
#define IVRS_UNIT_BYTES 0x80000 /* with performance counters; 16 KiB without */

void acpi_keep(u64 phys, u64 bytes)
{
	struct phys_range r = {ALIGN_DOWN(phys, PAGE_SIZE), ALIGN_UP(phys + bytes, PAGE_SIZE)};

	if (acpi_facts.kept_count < ACPI_KEPT) {
		acpi_facts.kept[acpi_facts.kept_count++] = r;
		return;
	}
	/* No more room: the last one grows over the new one, and over all between. */
	struct phys_range *last = &acpi_facts.kept[ACPI_KEPT - 1];

	last->start = MIN(last->start, r.start);
	last->end = MAX(last->end, r.end);
}

/* Keeps the parts of r that are not in the space with the slot. */
static void keep_rest(struct phys_range r, struct phys_range ecam)
{
	if (r.start < ecam.start)
		acpi_keep(r.start, MIN(r.end, ecam.start) - r.start);
	if (r.end > ecam.end)
		acpi_keep(MAX(r.start, ecam.end), r.end - MAX(r.start, ecam.end));
}

/* The base address is that of bus 0, whichever is the first. By configuration space a device can be made to send any interrupt,
 * so that of other segments, and of other parts of segment 0, which has no slot, is kept. */
static void read_mcfg(const struct table *mcfg)
{
	struct phys_range *ecam = &acpi_facts.ecam;

	for (u64 at = MCFG_ENTRIES; at + MCFG_ENTRY_BYTES <= mcfg->length; at += MCFG_ENTRY_BYTES) {
		u64 base = field(mcfg, at, 8), segment = field(mcfg, at + 8, 2);
		u64 first = field(mcfg, at + 10, 1), last = field(mcfg, at + 11, 1);

		if (first > last || base >> 52)
			continue;
		struct phys_range r = {base + (first << BUS_BITS), base + ((last + 1) << BUS_BITS)};
		if (!segment && !ecam->end && base % (1ul << BUS_BITS) == 0) {
			*ecam = r;
			acpi_facts.ecam_first_bus = (u8)first;
		} else {
			keep_rest(r, *ecam);
		}
	}
}

/* It can send any interrupt, too. Most chipsets have it above the I/O APIC; the table may name any place. */
static void read_hpet(const struct table *hpet)
{
	if (field(hpet, HPET_BASE, 1) != SPACE_MEMORY)
		return;
	acpi_facts.hpet_phys = field(hpet, HPET_BASE + GENERIC_ADDRESS, 8);
	acpi_keep(acpi_facts.hpet_phys, HPET_BYTES);
}

static void read_ivrs(const struct table *ivrs)
{
	u64 length;

	for (u64 at = IVRS_ENTRIES; (length = field(ivrs, at + 2, 2)) != 0; at += length) {
		u64 type = field(ivrs, at, 1);

		if (type == IVRS_UNIT_OLD || type == IVRS_UNIT_NEW || type == IVRS_UNIT_NEWER)
			acpi_keep(field(ivrs, at + IVRS_UNIT_BASE, 8), IVRS_UNIT_BYTES);
	}
}

void acpi_read_places(const struct table *t)
{
	if (!memcmp(t->signature, "MCFG", 4))
		read_mcfg(t);
	else if (!memcmp(t->signature, "HPET", 4))
		read_hpet(t);
	else if (!memcmp(t->signature, "DMAR", 4))
		dmar_read(t);
	else if (!memcmp(t->signature, "IVRS", 4))
		read_ivrs(t);
}

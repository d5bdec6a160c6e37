/*
 * The units are switched on: tables that let nothing through first, then translation, then the remapping of interrupts (VT-d
 * specification 11.4.4, 5.1.4). Firmware may leave a unit on, with tables of its own; it is switched off before, because
 * nothing of those tables can be kept.
 *
 * Memory that the firmware reserves for a device (RMRR) is not mapped: the firmware's use of that device, say of a keyboard by
 * emulation of an older one, ends here. Linux and seL4 map these; a device whose driver is a program needs none of it, and
 * the program could not be bounded by it.
 */
#include "pc/vtd.h"
#include "lib/print.h"
#include "pc/acpi.h"
#include "pc/vtd_context.h"
#include "pc/vtd_faults.h"
#include "pc/vtd_interrupts.h"
#include "pc/vtd_queue.h"
#include "x86/layout.h"

#define CAP_PROTECTED 0x60ul /* low or high protected memory */
#define PROTECTED_ON (1u << 31)
#define PROTECTED_STATUS 1u

static u64 root_table, interrupt_table;

static void switch_off(const struct vtd_unit *u)
{
	static const u32 bits[] = {VTD_REMAP, VTD_TRANSLATE, VTD_QUEUE};

	for (u32 i = 0; i < ARRAY_LEN(bits); i++)
		if (vtd_read(u, VTD_STATUS) & bits[i])
			vtd_command(u, bits[i], false);
}

static void set_tables(struct vtd_unit *u, u64 queue)
{
	vtd_write_wide(u, VTD_ROOT, root_table);
	vtd_command(u, VTD_SET_ROOT, true);
	vtd_queue_start(u, phys_to_virt(queue), queue);
	if (!vtd_common.remaps)
		return;
	vtd_write_wide(u, VTD_INTERRUPT_TABLE, interrupt_table);
	vtd_command(u, VTD_SET_INTERRUPT_TABLE, true);
}

static void switch_on(const struct vtd_unit *u)
{
	vtd_command(u, VTD_TRANSLATE, true);
	if (vtd_common.remaps) {
		vtd_command(u, VTD_REMAP, true);
		if (vtd_read(u, VTD_STATUS) & VTD_COMPATIBLE)
			vtd_command(u, VTD_COMPATIBLE, false);
	}
	if (u->capabilities & CAP_PROTECTED) {
		vtd_write(u, VTD_PROTECTED, vtd_read(u, VTD_PROTECTED) & ~PROTECTED_ON);
		vtd_await(u, VTD_PROTECTED, PROTECTED_STATUS, 0);
	}
	vtd_faults_start(u);
}

static void report_regions(void)
{
	for (u32 i = 0; i < MIN(dmar.region_count, DMAR_REGIONS); i++) {
		u32 source = dmar.region[i].source;

		if (source == DMAR_NO_SOURCE)
			kprintf("[iospace] a device behind a bridge");
		else
			kprintf("[iospace] the device %02x:%02x.%u", source >> 8, source >> 3 & 31,
				source & 7);
		kprintf(" is blocked, whose memory the firmware has at 0x%lx\n",
			dmar.region[i].range.start);
	}
}

static void start_units(u64 (*take)(size_t bytes, size_t align))
{
	u64 pages = (VTD_BUSES + 1) * PAGE_SIZE, phys = take(pages, PAGE_SIZE);

	root_table = vtd_context_start(phys_to_virt(phys), phys);
	phys = take(PAGE_SIZE, PAGE_SIZE);
	interrupt_table = vtd_interrupts_start(phys_to_virt(phys), phys);
	for (u32 i = 0; i < vtd_unit_count; i++) {
		switch_off(&vtd_units[i]);
		set_tables(&vtd_units[i], take(PAGE_SIZE, PAGE_SIZE));
	}
	vtd_forget_all();
	for (u32 i = 0; i < vtd_unit_count; i++)
		switch_on(&vtd_units[i]);
}

void vtd_start(u64 (*take)(size_t bytes, size_t align))
{
	const char *reason = dmar.unit_count ? vtd_find_units() : "there is none";

	if (reason) {
		kprintf("[iospace] no IOMMU is used (%s): a driver of a bus-mastering device is "
			"trusted with all memory\n",
			reason);
		return;
	}
	start_units(take);
	report_regions();
	kprintf("[iospace] %u VT-d unit%s: devices reach what is mapped for them, by %u-bit "
		"addresses%s\n",
		vtd_unit_count, vtd_unit_count > 1 ? "s" : "", vtd_common.address_bits,
		vtd_common.remaps ? "; interrupts are remapped"
				  : "; but they may raise any interrupt");
}

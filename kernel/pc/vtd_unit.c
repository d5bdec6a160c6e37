/*
 * The units' registers and capabilities.
 *
 * A unit is used only with queued invalidation: entries for interrupts cannot be invalidated in another way, and one way is
 * enough. seL4 invalidates by registers and does not remap interrupts; Linux and NOVA have both ways. Units of before 2008,
 * which have no queue, and need their write buffer flushed besides, are not used.
 */
#include "pc/vtd_unit.h"
#include "lib/panic.h"
#include "pc/acpi.h"
#include "pc/apic.h"
#include "pc/paging.h"
#include "x86/x86.h"

#define REGISTER_BYTES                                                                             \
	PAGE_SIZE /* those that are used; but the records of faults may lie after them */
#define LINE 64ul /* of the processor's cache, on every processor in long mode */

#define CAP_DOMAINS(c) ((c) & 7) /* 11.4.2: 4 + 2 * n bits */
#define CAP_WRITE_BUFFER (1ul << 4)
#define CAP_CACHES_ABSENT (1ul << 7)
#define CAP_WIDTHS(c) ((c) >> 8 & 31)
#define WIDTH_3_LEVELS 2
#define WIDTH_4_LEVELS 4
#define CAP_ADDRESS_BITS(c) (((c) >> 16 & 63) + 1)
#define EXT_COHERENT 1ul /* 11.4.3 */
#define EXT_QUEUE 2ul
#define EXT_REMAPS 8ul

#define STATUS_ONE_SHOT 0x69000000u /* bits of VTD_STATUS that must not be written back */

struct vtd_unit vtd_units[DMAR_UNITS];
u32 vtd_unit_count;
struct vtd_common vtd_common;

void vtd_await(const struct vtd_unit *u, u64 at, u32 mask, u32 value)
{
	u64 end = rdtsc() + tsc_hz;

	while ((vtd_read(u, at) & mask) != value)
		if (rdtsc() > end)
			panic("the VT-d unit at 0x%lx does not answer: register 0x%lx is 0x%x",
			      u->phys, at, vtd_read(u, at));
}

void vtd_command(const struct vtd_unit *u, u32 bit, bool on)
{
	u32 now = vtd_read(u, VTD_STATUS) & ~STATUS_ONE_SHOT;

	vtd_write(u, VTD_COMMAND, on ? now | bit : now & ~bit);
	vtd_await(u, VTD_STATUS, bit, on ? bit : 0);
}

void vtd_wrote(const void *at, u64 bytes)
{
	const u8 *first = (const u8 *)ALIGN_DOWN((u64)at, LINE);

	for (const u8 *p = first; !vtd_common.is_coherent && p < (const u8 *)at + bytes; p += LINE)
		cache_line_flush(p);
	memory_fence();
}

static const char *why_not(const struct vtd_unit *u)
{
	if (u->capabilities == ~0ul || !vtd_read(u, 0))
		return "its registers do not answer";
	if (!(u->extended & EXT_QUEUE))
		return "it has no queue for invalidations";
	if (u->capabilities & CAP_WRITE_BUFFER)
		return "its write buffer must be flushed";
	return NULL;
}

/* Few units have them there. */
static void map_far_records(struct vtd_unit *u)
{
	u64 end = vtd_records_at(u) + vtd_records(u) * VTD_RECORD_BYTES;

	if (end <= REGISTER_BYTES)
		return;
	acpi_keep(u->phys, end);
	u->registers = paging_map_device(u->phys, end);
}

static u64 add_unit(u64 phys)
{
	struct vtd_unit *u = &vtd_units[vtd_unit_count++];

	u->phys = phys;
	u->registers = paging_map_device(phys, REGISTER_BYTES);
	u->capabilities = vtd_read_wide(u, VTD_CAPABILITIES);
	u->extended = vtd_read_wide(u, VTD_EXTENDED);
	map_far_records(u);
	return CAP_WIDTHS(u->capabilities);
}

/* The common denominator. */
static void add_abilities(const struct vtd_unit *u)
{
	u64 c = u->capabilities;

	vtd_common.address_bits = MIN(vtd_common.address_bits, (u32)CAP_ADDRESS_BITS(c));
	vtd_common.domains = MIN(vtd_common.domains, 1u << (4 + 2 * CAP_DOMAINS(c)));
	vtd_common.remaps = vtd_common.remaps && (u->extended & EXT_REMAPS);
	vtd_common.caches_absent = vtd_common.caches_absent || (c & CAP_CACHES_ABSENT);
	vtd_common.is_coherent = vtd_common.is_coherent && (u->extended & EXT_COHERENT);
}

static const char *find(void)
{
	u64 widths = ~0ul;

	for (u32 i = 0; i < dmar.unit_count; i++) {
		widths &= add_unit(dmar.unit[i]);
		const char *reason = why_not(&vtd_units[i]);
		if (reason)
			return reason;
		add_abilities(&vtd_units[i]);
	}
	if (!(widths & (WIDTH_3_LEVELS | WIDTH_4_LEVELS)))
		return "it has no tables of 3 or 4 levels";
	vtd_common.levels = widths & WIDTH_4_LEVELS ? 4 : 3;
	vtd_common.address_bits = MIN(vtd_common.address_bits, PAGE_BITS + 9 * vtd_common.levels);
	return NULL;
}

const char *vtd_find_units(void)
{
	const char *reason = NULL;

	vtd_common = (struct vtd_common){
		.address_bits = 64,
		.domains = VTD_DOMAINS,
		.remaps = dmar.remaps &&
			  dmar_ioapic_source(acpi_facts.ioapic_number) != DMAR_NO_SOURCE,
		.is_coherent = true};
	if (!dmar.is_whole)
		reason = "the firmware's table of it is damaged, or has too many units";
	else if (dmar.has_other_segments)
		reason = "the firmware has more than one PCI segment";
	else
		reason = find();
	if (reason)
		vtd_unit_count = 0;
	return reason;
}

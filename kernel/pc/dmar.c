/*
 * ACPI's table DMAR: a list of structures, most with a list of device scopes at the end (VT-d specification, 8.1 to 8.4).
 *
 * A unit and its scopes state which devices it translates for. Linux and NOVA keep that assignment and look a device's unit
 * up; seL4 gives one set of tables to all units. Here all units share one set, too, so a scope is of use only where it names
 * what sends interrupts without being a PCI function: the I/O APIC.
 *
 * Every length comes from the firmware. A structure that is shorter than its fields or longer than the rest of the table
 * ends the reading, and then the table is not used, because a unit that it does not name would let its devices pass.
 */
#include "pc/dmar.h"
#include "pc/acpi.h"

#define ENTRIES 48 /* each begins with its type and its length, 2 bytes each */
#define HEAD_BYTES 4
#define FLAGS 37
#define FLAG_REMAPS 1u

#define TYPE_UNIT 0 /* DRHD, 8.3 */
#define UNIT_SIZE 5 /* the logarithm of its number of pages, in 4 bits */
#define UNIT_SEGMENT 6
#define UNIT_BASE 8
#define UNIT_SCOPES 16

#define TYPE_REGION 1 /* RMRR, 8.4 */
#define REGION_SEGMENT 6
#define REGION_BASE 8
#define REGION_LIMIT 16 /* the last byte */
#define REGION_SCOPES 24

#define SCOPE_BYTES 6 /* 8.3.1; the path follows: 2 bytes for each bridge, and for the function */
#define SCOPE_LENGTH 1
#define SCOPE_NUMBER 4
#define SCOPE_BUS 5
#define SCOPE_DEVICE 6
#define SCOPE_FUNCTION 7
#define SCOPE_DIRECT (SCOPE_BYTES + 2) /* no bridge lies between */
#define SCOPE_IOAPIC 3

struct dmar dmar;

/* One structure: its place in the table. */
struct entry {
	const struct table *t;
	u64 at, end;
};

static u64 entry_field(const struct entry *e, u64 offset, u32 bytes)
{
	return e->at + offset + bytes <= e->end ? field(e->t, e->at + offset, bytes) : 0;
}

/* Of a scope. The numbers of buses behind bridges are in the bridges' own registers, which are not read here. */
static u32 source_of(const struct entry *scope)
{
	if (scope->end - scope->at != SCOPE_DIRECT)
		return DMAR_NO_SOURCE;
	return (u32)(entry_field(scope, SCOPE_BUS, 1) << 8 |
		     (entry_field(scope, SCOPE_DEVICE, 1) & 31) << 3 |
		     (entry_field(scope, SCOPE_FUNCTION, 1) & 7));
}

/* The scope at `at` of the structure. False: there is none; *is_whole is cleared if it is damaged. */
static bool scope_at(const struct entry *e, u64 at, struct entry *scope, bool *is_whole)
{
	if (at >= e->end)
		return false;
	*scope = (struct entry){e->t, at, e->end};
	u64 length = entry_field(scope, SCOPE_LENGTH, 1);

	if (length < SCOPE_BYTES || length > e->end - at) {
		*is_whole = false;
		return false;
	}
	scope->end = at + length;
	return true;
}

static bool read_unit(const struct entry *e)
{
	u64 base = entry_field(e, UNIT_BASE, 8);
	struct entry scope;
	bool is_whole = e->end - e->at >= UNIT_SCOPES && base && base % PAGE_SIZE == 0;

	acpi_keep(base, PAGE_SIZE << (entry_field(e, UNIT_SIZE, 1) & 15));
	if (entry_field(e, UNIT_SEGMENT, 2))
		dmar.has_other_segments = true;
	for (u64 at = e->at + UNIT_SCOPES; scope_at(e, at, &scope, &is_whole); at = scope.end) {
		u32 source = source_of(&scope);

		if (entry_field(&scope, 0, 1) != SCOPE_IOAPIC || source == DMAR_NO_SOURCE ||
		    dmar.ioapic_count == DMAR_IOAPICS)
			continue;
		dmar.ioapic[dmar.ioapic_count].number = (u8)entry_field(&scope, SCOPE_NUMBER, 1);
		dmar.ioapic[dmar.ioapic_count++].source = (u16)source;
	}
	if (dmar.unit_count == DMAR_UNITS)
		return false;
	dmar.unit[dmar.unit_count++] = base;
	return is_whole;
}

static void add_region(struct phys_range range, u32 source)
{
	if (dmar.region_count < DMAR_REGIONS) {
		dmar.region[dmar.region_count].range = range;
		dmar.region[dmar.region_count].source = source;
	}
	dmar.region_count++;
}

static bool read_region(const struct entry *e)
{
	struct phys_range range = {
		entry_field(e, REGION_BASE, 8), entry_field(e, REGION_LIMIT, 8) + 1};
	struct entry scope;
	bool is_whole = e->end - e->at >= REGION_SCOPES;

	for (u64 at = e->at + REGION_SCOPES; scope_at(e, at, &scope, &is_whole); at = scope.end)
		add_region(range, source_of(&scope));
	return is_whole;
}

static bool read_entry(const struct entry *e)
{
	switch (entry_field(e, 0, 2)) {
	case TYPE_UNIT: return read_unit(e);
	case TYPE_REGION: return read_region(e);
	default: return true; /* of caches in devices, and of machines with many processors */
	}
}

void dmar_read(const struct table *t)
{
	u64 length;

	dmar.is_whole = t->length >= ENTRIES;
	dmar.remaps = field(t, FLAGS, 1) & FLAG_REMAPS;
	for (u64 at = ENTRIES; at < t->length; at += length) {
		length = field(t, at + 2, 2);
		if (length < HEAD_BYTES || length > t->length - at) {
			dmar.is_whole = false;
			return;
		}
		if (!read_entry(&(struct entry){t, at, at + length}))
			dmar.is_whole = false;
	}
}

u32 dmar_ioapic_source(u8 number)
{
	for (u32 i = 0; i < dmar.ioapic_count; i++)
		if (dmar.ioapic[i].number == number)
			return dmar.ioapic[i].source;
	return DMAR_NO_SOURCE;
}

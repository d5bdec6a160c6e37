/* ACPI's table DMAR: a well-formed one, each length of it made wrong, and random ones, at the end of the memory that may be
 * read. */
#include "pc/dmar.h"
#include "pc/acpi.h"
#include "tests/host/lib/check.h"
#include <string.h>

#define UNIT 0xfed90000ul
#define SECOND 0xfed91000ul
#define HEAD 48
#define FLAGS_AT 37
#define RANDOM_TABLES 200000

static struct phys_range kept[64];
static u32 kept_count;

void acpi_keep(u64 phys, u64 bytes)
{
	if (kept_count < ARRAY_LEN(kept))
		kept[kept_count++] = (struct phys_range){phys, phys + bytes};
}

/* The tables that are read are copies with no byte after them, which the sanitizer watches. */
static void read_copy(const u8 *bytes, u32 length)
{
	u8 *copy = malloc(length);

	memcpy(copy, bytes, length);
	memcpy(copy + 4, &length, 4);
	memset(&dmar, 0, sizeof(dmar));
	kept_count = 0;
	dmar_read((const struct table *)copy);
	free(copy);
}

static u8 table[512];
static u32 end;

static void put(u64 value, u32 bytes)
{
	memcpy(table + end, &value, bytes);
	end += bytes;
}

/* The length is filled in by close. */
static u32 open_entry(u64 type)
{
	u32 at = end;

	put(type, 2);
	put(0, 2);
	return at;
}

static void close_entry(u32 at)
{
	u16 length = (u16)(end - at);

	memcpy(table + at + 2, &length, 2);
}

static void put_scope(u8 type, u8 number, u8 bus, u32 steps)
{
	put(type, 1);
	put(6 + 2 * steps, 1);
	put(0, 2);
	put(number, 1);
	put(bus, 1);
	for (u32 i = 0; i < steps; i++)
		put(0x0304, 2); /* device 4, function 3 */
}

static u32 put_unit(u64 base, u64 segment)
{
	u32 at = open_entry(0);

	put(0, 1);
	put(1, 1); /* two pages */
	put(segment, 2);
	put(base, 8);
	return at;
}

/* Two units, a region, and a structure of a kind that is not read. */
static void make_table(void)
{
	memset(table, 0, sizeof(table));
	memcpy(table, "DMAR", 4);
	table[FLAGS_AT] = 1;
	end = HEAD;
	u32 at = put_unit(UNIT, 0);
	put_scope(1, 9, 0, 1);
	put_scope(3, 2, 0xf0, 1);
	put_scope(3, 3, 0xf0, 2); /* behind a bridge */
	close_entry(at);
	at = put_unit(SECOND, 0);
	close_entry(at);
	at = open_entry(1);
	put(0, 4);
	put(0x7d000000, 8);
	put(0x7d7fffff, 8);
	put_scope(1, 0, 0, 1);
	put_scope(1, 0, 0, 2);
	close_entry(at);
	at = open_entry(4);
	put(7, 8);
	close_entry(at);
}

static void check_well_formed(void)
{
	make_table();
	read_copy(table, end);
	CHECK(dmar.is_whole && dmar.remaps && !dmar.has_other_segments);
	CHECK(dmar.unit_count == 2 && dmar.unit[0] == UNIT && dmar.unit[1] == SECOND);
	CHECK(kept_count == 2 && kept[0].start == UNIT && kept[0].end == UNIT + 2 * PAGE_SIZE);
	CHECK(dmar_ioapic_source(2) == 0xf023 && dmar_ioapic_source(3) == DMAR_NO_SOURCE);
	CHECK(dmar_ioapic_source(9) == DMAR_NO_SOURCE);
	CHECK(dmar.region_count == 2 && dmar.region[0].source == 0x23);
	CHECK(dmar.region[0].range.start == 0x7d000000 && dmar.region[0].range.end == 0x7d800000);
	CHECK(dmar.region[1].source == DMAR_NO_SOURCE);
}

/* Every place at which it may be cut off, other than the end of a structure. */
static void check_cut(void)
{
	make_table();
	u32 whole = end, entries[] = {HEAD, 0, 0, 0, whole};

	for (u32 i = 1; i < 4; i++)
		entries[i] = entries[i - 1] + table[entries[i - 1] + 2];
	for (u32 length = 40; length < whole; length++) {
		bool is_end = false;

		for (u32 i = 0; i < ARRAY_LEN(entries); i++)
			is_end = is_end || length == entries[i];
		read_copy(table, length);
		CHECK(dmar.is_whole == is_end);
	}
}

static void expect_damaged(u32 at, u8 value)
{
	make_table();
	table[at] = value;
	read_copy(table, end);
	CHECK(!dmar.is_whole);
}

static void check_damaged(void)
{
	for (u32 value = 0; value < 4; value++)
		expect_damaged(HEAD + 2, (u8)value); /* a unit's length */
	expect_damaged(HEAD + 2, 15);
	expect_damaged(HEAD + 3, 2);
	for (u32 value = 0; value < 6; value++)
		expect_damaged(HEAD + 16 + 1, (u8)value); /* a scope's length */
	expect_damaged(HEAD + 16 + 1, 255);
	expect_damaged(HEAD + 8, 1); /* registers that are not on a page */
	make_table();
	memset(table + HEAD + 8, 0, 8);
	read_copy(table, end);
	CHECK(!dmar.is_whole);
	make_table();
	table[HEAD + 6] = 1;
	read_copy(table, end);
	CHECK(dmar.is_whole && dmar.has_other_segments);
}

/* More than there is room for: even so, the registers are kept. */
static void check_many(void)
{
	make_table();
	end = HEAD;
	for (u32 i = 0; i <= DMAR_UNITS; i++)
		close_entry(put_unit(UNIT + i * PAGE_SIZE, 0));
	read_copy(table, end);
	CHECK(!dmar.is_whole && dmar.unit_count == DMAR_UNITS && kept_count == DMAR_UNITS + 1);
	end = HEAD;
	u32 at = put_unit(UNIT, 0);
	for (u32 i = 0; i < DMAR_IOAPICS + 3; i++)
		put_scope(3, (u8)i, 0, 1);
	close_entry(at);
	at = open_entry(1);
	put(0, 4);
	put(0, 8);
	put(0, 8);
	for (u32 i = 0; i < DMAR_REGIONS + 3; i++)
		put_scope(1, 0, 0, 1);
	close_entry(at);
	read_copy(table, end);
	CHECK(dmar.is_whole && dmar.ioapic_count == DMAR_IOAPICS);
	CHECK(dmar.region_count == DMAR_REGIONS + 3);
}

static void check_random(void)
{
	for (u32 n = 0; n < RANDOM_TABLES; n++) {
		make_table();
		for (u64 i = below(8); i > 0; i--)
			table[HEAD + below(end - HEAD)] = (u8)below(below(2) ? 256 : 32);
		read_copy(table, 36 + (u32)below(end - 36 + 1));
		CHECK(dmar.unit_count <= DMAR_UNITS && dmar.ioapic_count <= DMAR_IOAPICS);
		CHECK(kept_count >= dmar.unit_count);
	}
}

int main(void)
{
	seed("20261127");
	check_well_formed();
	check_cut();
	check_damaged();
	check_many();
	check_random();
	puts("dmar: all right");
	return 0;
}

/* Device memory out of random memory maps and random ACPI tables: each page near a boundary is given once, or not at all, by a
 * second definition. And the maps of real machines. */
#include "boot/device_memory.h"
#include "pc/acpi.h"
#include "pc/acpi_table.h"
#include "tests/host/boot/rest.h"
#include "tests/host/lib/check.h"

#define MOST 20
#define MIB 0x100000ul
#define GIB (1ul << 30)
#define APICS 0xfec00000ul
#define ADDRESS_END (1ul << 40)

struct acpi_facts acpi_facts;

static void read_fresh_map(const struct memory_entry *map, u32 count)
{
	memset(&acpi_facts, 0, sizeof(acpi_facts));
	read_map(map, count);
}

static bool has(u64 start, u64 end, u64 page)
{
	return start < page + PAGE_SIZE && end > page;
}

static bool range_has(struct phys_range r, u64 page)
{
	return has(r.start, r.end, page);
}

/* The second definition, page by page. */
static bool may_be_given(const struct memory_entry *map, u32 count, const struct device_memory *d,
			 u64 page)
{
	bool is_low = page < APICS;
	u64 memory_end = is_low ? MIB : 4 * GIB;

	for (u32 i = 0; i < count; i++) {
		u64 start = map[i].base, end = start + map[i].bytes;

		if (map[i].type == 2 && has(start, end, page))
			return false;
		if (map[i].type == 2 || !map[i].bytes)
			continue;
		if (is_low && start < 4 * GIB)
			memory_end = MAX(memory_end, end);
		if (!is_low && end > memory_end)
			memory_end = ALIGN_UP(end, GIB);
	}
	for (u32 i = 0; i < acpi_facts.kept_count; i++)
		if (range_has(acpi_facts.kept[i], page))
			return false;
	return page >= memory_end && (is_low || page >= 4 * GIB) && page < ADDRESS_END &&
	       !range_has(d->screen, page) && !range_has(acpi_facts.ecam, page);
}

static u32 times_given(const struct device_memory *d, u64 page)
{
	u32 times = 0;

	for (u32 i = 0; i < d->low_count; i++)
		times += range_has(d->low[i], page);
	for (u32 i = 0; i < d->high_count; i++)
		times += range_has(d->high[i], page);
	return times;
}

static void check_pages(const struct memory_entry *map, u32 count, const struct device_memory *d,
			u64 near)
{
	u64 page = ALIGN_DOWN(near, PAGE_SIZE);

	for (u64 p = page < 2 * PAGE_SIZE ? 0 : page - 2 * PAGE_SIZE; p <= page + 2 * PAGE_SIZE;
	     p += PAGE_SIZE)
		CHECK(times_given(d, p) == may_be_given(map, count, d, p));
}

/* Memory low or high; reserved entries and devices anywhere. */
static struct memory_entry entry(void)
{
	u64 start = below(4) ? below(2) * 4 * GIB + below(2 * GIB) : below(8 * GIB);
	struct memory_entry e = {
		.base = ALIGN_DOWN(start, PAGE_SIZE),
		.bytes = (1 + below(MIB)) * PAGE_SIZE >> below(12),
		.type = below(2) ? 2 : 1 + (u32)below(5)};

	if (below(8) == 0)
		e.base += below(PAGE_SIZE);
	return e;
}

static struct phys_range place(void)
{
	u64 start = ALIGN_DOWN(below(8 * GIB), PAGE_SIZE);

	return (struct phys_range){start, start + (1 + below(MIB)) * PAGE_SIZE};
}

static void check_random(void)
{
	struct memory_entry map[MOST];
	struct device_memory d;
	u32 count = (u32)below(MOST), ecams = 0;

	for (u32 i = 0; i < count; i++)
		map[i] = entry();
	read_fresh_map(map, count);
	for (u32 i = (u32)below(6); i > 0; i--) {
		struct phys_range r = place();
		acpi_keep(r.start, below(16) * PAGE_SIZE + 1);
	}
	acpi_facts.ecam = below(2) ? place() : (struct phys_range){0};
	device_memory_find(&d, below(2) ? place() : (struct phys_range){0}, ADDRESS_END);
	CHECK(d.low_count < DEVICE_PIECES && d.high_count < DEVICE_PIECES);
	ecams = d.ecam.start != d.ecam.end;
	CHECK(messages == (acpi_facts.ecam.end && !ecams));
	for (u32 i = 0; i < count; i++) {
		check_pages(map, count, &d, map[i].base);
		check_pages(map, count, &d, map[i].base + map[i].bytes);
		if (map[i].type != 2 && map[i].bytes && ecams)
			CHECK(d.ecam.end <= map[i].base ||
			      d.ecam.start >= map[i].base + map[i].bytes);
	}
	for (u32 i = 0; i < acpi_facts.kept_count; i++) {
		struct phys_range k = acpi_facts.kept[i];
		check_pages(map, count, &d, k.start);
		check_pages(map, count, &d, k.end);
		if (ecams)
			CHECK(d.ecam.end <= k.start || d.ecam.start >= k.end);
	}
	const u64 others[] = {
		acpi_facts.ecam.start,
		acpi_facts.ecam.end,
		d.screen.start,
		d.screen.end,
		APICS,
		4 * GIB,
		below(8 * GIB),
		0,
		MIB};
	for (u32 i = 0; i < ARRAY_LEN(others); i++)
		check_pages(map, count, &d, others[i]);
}

static bool is_range(struct phys_range r, u64 start, u64 end)
{
	return r.start == start && r.end == end;
}

/* An MCFG of one entry, and a DMAR of one unit. */
static void read_tables(u64 base, u8 first, u8 last, u64 unit)
{
	struct {
		struct table head;
		u64 rest[4];
	} mcfg = {.head = {"MCFG", sizeof(struct table) + 8 + 16, {0}}}, dmar = {0};
	u8 *m = (u8 *)&mcfg, *t = (u8 *)&dmar;

	memcpy(m + 44, &base, 8);
	m[54] = first;
	m[55] = last;
	acpi_read_places(&mcfg.head);
	dmar.head = (struct table){"DMAR", 48 + 16, {0}};
	t[50] = 16;
	t[53] = 1; /* two pages */
	memcpy(t + 56, &unit, 8);
	acpi_read_places(&dmar.head);
}

/* Registers that could raise any interrupt, in the middle of the hole: an HPET over a page's end, and configuration
 * space that has no slot. */
static void check_kept_tables(void)
{
	struct {
		struct table head;
		u64 rest[8];
	} t = {.head = {"HPET", sizeof(struct table) + 20, {0}}};
	u8 *at = (u8 *)&t;
	u64 hpet = 0xd0000e00, low = 0xb0000000, other = 0xc0000000;
	struct memory_entry memory = {MIB, GIB, 1, 0};
	struct device_memory d;

	read_fresh_map(&memory, 1);
	memcpy(at + 44, &hpet, 8);
	acpi_read_places(&t.head);
	memset(&t, 0, sizeof(t));
	t.head = (struct table){"MCFG", 44 + 4 * 16, {0}};
	memcpy(at + 44, &other, 8); /* segment 1, bus 0 */
	at[52] = 1;
	memcpy(at + 60, &low, 8); /* buses 0 and 1 */
	at[71] = 1;
	memcpy(at + 76, &low, 8); /* bus 2 */
	at[86] = at[87] = 2;
	memcpy(at + 92, &low, 8); /* bus 1 again */
	at[102] = at[103] = 1;
	acpi_read_places(&t.head);
	device_memory_find(&d, (struct phys_range){0}, ADDRESS_END);
	CHECK(acpi_facts.hpet_phys == hpet && is_range(d.ecam, low, low + 2 * MIB) && !messages);
	CHECK(acpi_facts.kept_count == 3 && is_range(acpi_facts.kept[0], 0xd0000000, 0xd0002000));
	for (u64 i = 0; i < 3; i++)
		CHECK(!times_given(&d, low + i * MIB));
	CHECK(!times_given(&d, other) && !times_given(&d, 0xd0000000) &&
	      !times_given(&d, 0xd0001000));
	CHECK(times_given(&d, low + 3 * MIB) == 1 && times_given(&d, other + MIB) == 1 &&
	      times_given(&d, 0xd0002000) == 1);
}

struct space {
	u64 base;
	u16 segment;
	u8 first, last;
};

/* Of a machine with 1 GiB of memory. */
static void read_spaces(struct device_memory *d, const struct space *spaces, u32 count)
{
	struct {
		struct table head;
		u64 rest[16];
	} t = {.head = {"MCFG", 44 + count * 16, {0}}};
	u8 *at = (u8 *)&t + 44;
	struct memory_entry memory = {MIB, GIB, 1, 0};

	read_fresh_map(&memory, 1);
	for (u32 i = 0; i < count; i++, at += 16) {
		memcpy(at, &spaces[i].base, 8);
		memcpy(at + 8, &spaces[i].segment, 2);
		at[10] = spaces[i].first;
		at[11] = spaces[i].last;
	}
	acpi_read_places(&t.head);
	device_memory_find(d, (struct phys_range){0}, ADDRESS_END);
}

static void expect_kept(const struct device_memory *d, u64 start, u64 end)
{
	for (u64 page = start; page < end; page += PAGE_SIZE)
		CHECK(!times_given(d, page));
	CHECK(times_given(d, start - PAGE_SIZE) == 1 && times_given(d, end) == 1);
}

/* Configuration space that meets the one with a slot, on one side or both; and that has no slot, because of its place. */
static void check_overlapping_spaces(void)
{
	const u64 at = 0xb0000000;
	const struct space on_both_sides[] = {{at, 0, 4, 7}, {at, 0, 0, 15}},
			   later[] = {{at, 0, 0, 1}, {at, 0, 1, 5}},
			   earlier[] = {{at, 0, 4, 7}, {at, 0, 2, 5}},
			   other_first[] = {{at, 1, 2, 3}, {at, 0, 0, 5}},
			   in_memory[] = {{GIB - MIB, 0, 0, 7}},
			   uneven[] = {{at + 3 * PAGE_SIZE, 0, 0, 1}};
	struct device_memory d;

	read_spaces(&d, on_both_sides, 2);
	CHECK(is_range(d.ecam, at + 4 * MIB, at + 8 * MIB));
	expect_kept(&d, at, at + 16 * MIB);
	read_spaces(&d, later, 2);
	CHECK(is_range(d.ecam, at, at + 2 * MIB));
	expect_kept(&d, at, at + 6 * MIB);
	read_spaces(&d, earlier, 2);
	CHECK(is_range(d.ecam, at + 4 * MIB, at + 8 * MIB));
	expect_kept(&d, at + 2 * MIB, at + 8 * MIB);
	read_spaces(&d, other_first, 2);
	CHECK(d.ecam.start == d.ecam.end && messages == 1);
	expect_kept(&d, at, at + 6 * MIB);
	read_spaces(&d, in_memory, 1);
	CHECK(d.ecam.start == d.ecam.end && messages == 1);
	CHECK(!times_given(&d, GIB + MIB) && times_given(&d, GIB + 7 * MIB) == 1);
	read_spaces(&d, uneven, 1);
	CHECK(d.ecam.start == d.ecam.end);
	expect_kept(&d, at + 3 * PAGE_SIZE, at + 2 * MIB + 3 * PAGE_SIZE);
}

/* QEMU's q35 as of version 7.2, with 128 MiB, 3 GiB and 6 GiB; its 6 GiB pc; memory up to configuration space. */
static void check_machines(void)
{
	struct device_memory d;
	struct memory_entry q35[] = {
		{0, 0x9fc00, 1, 0},
		{0x9fc00, 0x400, 2, 0},
		{0xf0000, 0x10000, 2, 0},
		{MIB, 127 * MIB - 0x20000, 1, 0},
		{128 * MIB - 0x20000, 0x20000, 2, 0},
		{0xb0000000, 256 * MIB, 2, 0},
		{0xfffc0000, 0x40000, 2, 0},
		{4 * GIB, 0, 1, 0},
		{0xfd00000000, 3 * GIB, 2, 0}};

	read_fresh_map(q35, ARRAY_LEN(q35));
	read_tables(0xb0000000, 0, 255, 0xfed90000);
	device_memory_find(&d, (struct phys_range){0xfd000000, 0xfd300000}, ADDRESS_END);
	CHECK(is_range(d.ecam, 0xb0000000, 0xc0000000));
	CHECK(d.low_count == 3 && is_range(d.low[0], 128 * MIB, 0xb0000000));
	CHECK(is_range(d.low[1], 0xc0000000, 0xfd000000) && is_range(d.low[2], 0xfd300000, APICS));
	CHECK(d.high_count == 2 && is_range(d.high[0], 4 * GIB, 0xfd00000000));
	CHECK(is_range(d.high[1], 0xfdc0000000, ADDRESS_END) && !messages);
	CHECK(acpi_facts.kept_count == 1 && is_range(acpi_facts.kept[0], 0xfed90000, 0xfed92000));

	q35[3].bytes = 2 * GIB - MIB - 0x20000;
	q35[4].base = 2 * GIB - 0x20000;
	q35[7].bytes = 4 * GIB;
	read_fresh_map(q35, ARRAY_LEN(q35));
	read_tables(0xb0000000, 0x80, 255,
		    0xd0000000); /* buses from 128 on; a unit in the middle of the hole */
	device_memory_find(&d, (struct phys_range){0}, ADDRESS_END);
	CHECK(is_range(d.ecam, 0xb8000000, 0xc0000000) && acpi_facts.ecam_first_bus == 0x80);
	CHECK(d.low_count == 3 && is_range(d.low[0], 2 * GIB, 0xb0000000));
	CHECK(is_range(d.low[1], 0xc0000000, 0xd0000000) && is_range(d.low[2], 0xd0002000, APICS));
	CHECK(d.high_count == 2 && d.high[0].start == 8 * GIB);

	/* Memory directly below configuration space, and firmware that has it in memory. */
	q35[3].bytes = 0xb0000000 - MIB;
	q35[4].bytes = 0;
	read_fresh_map(q35, ARRAY_LEN(q35));
	read_tables(0xb0000000, 0, 255, 0xfed90000);
	device_memory_find(&d, (struct phys_range){0}, ADDRESS_END);
	CHECK(is_range(d.ecam, 0xb0000000, 0xc0000000) && d.low_count == 1 &&
	      is_range(d.low[0], 0xc0000000, APICS));
	read_fresh_map(q35, ARRAY_LEN(q35));
	read_tables(0xa0000000, 0, 255, 0xfed90000);
	device_memory_find(&d, (struct phys_range){0}, ADDRESS_END);
	CHECK(d.ecam.start == d.ecam.end && messages == 1);
}

/* Memory beyond what the kernel uses is memory; entries without room for them are not given; more units than there is room for. */
static void check_limits(void)
{
	static struct memory_entry many[HANDOFF_RANGES + 2];
	const struct memory_entry beyond[] = {
		{300 * GIB, 100 * GIB, 1, 0}, {~0ul - 4095, 4096, 2, 0}};
	struct device_memory d;

	read_fresh_map(beyond, 2);
	device_memory_find(&d, (struct phys_range){0}, ADDRESS_END);
	CHECK(d.high_count == 1 && d.high[0].start == 400 * GIB && !handoff.ram_count);

	for (u32 i = 0; i < HANDOFF_RANGES + 2; i++)
		many[i] = (struct memory_entry){GIB + 2 * i * PAGE_SIZE, PAGE_SIZE, 2, 0};
	read_fresh_map(many, HANDOFF_RANGES + 2);
	CHECK(handoff.low_end == GIB + (2 * (HANDOFF_RANGES + 1) + 1) * PAGE_SIZE);
	device_memory_find(&d, (struct phys_range){0}, ADDRESS_END);
	CHECK(d.low_count == 1 && d.low[0].start == handoff.low_end);

	read_fresh_map(many, 0);
	for (u32 i = 0; i < ACPI_KEPT + 9; i++)
		acpi_keep(GIB + 16 * i * PAGE_SIZE, 1);
	CHECK(acpi_facts.kept_count == ACPI_KEPT);
	CHECK(acpi_facts.kept[ACPI_KEPT - 1].end == GIB + (16 * (ACPI_KEPT + 8) + 1) * PAGE_SIZE);
	device_memory_find(&d, (struct phys_range){0}, ADDRESS_END);
	CHECK(d.low_count == DEVICE_PIECES && messages == 1);
}

int main(void)
{
	seed("1");
	for (u32 round = 0; round < 20000; round++)
		check_random();
	check_machines();
	check_kept_tables();
	check_overlapping_spaces();
	check_limits();
	puts("device memory: all right");
}

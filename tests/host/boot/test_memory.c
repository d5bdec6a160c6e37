/* The loader's memory map, in any order and with any overlaps, against a model with one bit a page; and the memory that the
 * boot allocator hands out of it. */
#include "tests/host/boot/rest.h"
#include "tests/host/lib/check.h"
#include "kernel/boot/memory.c" /* included, so that the test can reset its variables */

#define PAGES 512
#define MOST 24
#define BASE 0x100000ul /* memory below is left alone by the allocator */

/* In one entry of sixteen the ends are not page-aligned. */
static struct memory_entry entry(void)
{
	u64 odd = below(16) ? 0 : below(PAGE_SIZE), start = below(PAGES),
	    pages = below(1 + below(PAGES - start));

	return (struct memory_entry){
		.base = BASE + start * PAGE_SIZE + odd,
		.bytes = pages * PAGE_SIZE - (pages ? below(16) ? 0 : odd : 0),
		.type = below(3) ? 1 : 1 + (u32)below(5)};
}

static bool usable(const struct memory_entry *map, u32 count, u64 page)
{
	bool found = false;

	for (u32 i = 0; i < count; i++) {
		u64 start = map[i].base, end = start + map[i].bytes;

		if (map[i].type == 1)
			found |= start <= page && end >= page + PAGE_SIZE;
		else if (map[i].bytes && start < page + PAGE_SIZE && end > page)
			return false;
	}
	return found;
}

static void check_against(const struct memory_entry *map, u32 count)
{
	u32 range = 0;
	u64 bytes = 0;

	for (u32 i = 0; i < handoff.ram_count; i++) {
		CHECK(handoff.ram[i].start < handoff.ram[i].end);
		CHECK(!i || handoff.ram[i - 1].end < handoff.ram[i].start);
	}
	for (u64 p = BASE; p < BASE + (PAGES + 1) * PAGE_SIZE; p += PAGE_SIZE) {
		while (range < handoff.ram_count && handoff.ram[range].end <= p)
			range++;
		bool in = range < handoff.ram_count && handoff.ram[range].start <= p;
		CHECK(in == usable(map, count, p));
		bytes += in * PAGE_SIZE;
	}
	CHECK(bytes == boot_memory_total());
}

/* All of it comes out again, the largest first. */
static void check_taking(void)
{
	struct phys_range r;
	u64 last = ~0ul, bytes = 0;

	free_count = 0;
	boot_memory_init();
	while (boot_memory_take(&r)) {
		CHECK(r.start < r.end && r.end - r.start <= last);
		last = r.end - r.start;
		bytes += last;
	}
	CHECK(bytes == boot_memory_total());
}

static void check_odd_entries(void)
{
	const struct memory_entry map[] = {
		{.base = 0xfffffffffffff000, .bytes = 0x2000, .type = 1}, /* round the end */
		{.base = 0x7000000000000000, .bytes = 0, .type = 2},
		{.base = 0x600000000000,
		 .bytes = 1ul << 30,
		 .type = 1}, /* beyond the physical map */
		{.base = BASE, .bytes = 0x3000, .type = 1},
	};

	read_map(map, 4);
	CHECK(handoff.ram_count == 1 && handoff.ram[0].start == BASE &&
	      handoff.ram[0].end == BASE + 0x3000);
}

static void check_too_many(void)
{
	static struct memory_entry map[HANDOFF_RANGES + 9];

	for (u32 i = 0; i < HANDOFF_RANGES + 9; i++)
		map[i] = (struct memory_entry){
			.base = BASE + 2 * i * PAGE_SIZE, .bytes = PAGE_SIZE, .type = 1};
	messages = 0;
	read_map(map, HANDOFF_RANGES + 9);
	CHECK(handoff.ram_count == HANDOFF_RANGES && messages == 9);
}

int main(void)
{
	struct memory_entry map[MOST];

	seed("1");
	for (u32 round = 0; round < 20000; round++) {
		u32 count = 1 + (u32)below(MOST);
		for (u32 i = 0; i < count; i++)
			map[i] = entry();
		read_map(map, count);
		check_against(map, count);
		check_taking();
	}
	CHECK(!messages);
	check_odd_entries();
	check_too_many();
	puts("memory: all right");
}

/*
 * The boot allocator. Linux's memblock keeps what is reserved beside what is there; seL4 carves
 * from the end of one region. A list of free ranges, from which each allocation is cut out, is
 * enough for the dozen allocations a boot makes, and what remains needs no sorting out.
 */
#include "boot/memory.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/layout.h"
#include "x86/image.h"

#define LOW_END 0x100000ul /* the first MiB: firmware data and where old devices look */
#define RANGE_MAX (HANDOFF_RANGES + 64)

static struct phys_range free_ranges[RANGE_MAX]; /* ascending, no two touch an allocation */
static u32 free_count;

static void insert_range(u32 at, struct phys_range r)
{
	if (free_count == RANGE_MAX)
		panic("boot memory is in more than %d pieces", RANGE_MAX);
	memmove(&free_ranges[at + 1], &free_ranges[at], (free_count - at) * sizeof(r));
	free_ranges[at] = r;
	free_count++;
}

/* Takes [start, end) out of the free ranges, wherever it overlaps them. */
static void exclude(u64 start, u64 end)
{
	for (u32 i = 0; i < free_count;) {
		struct phys_range *r = &free_ranges[i];
		struct phys_range tail = {end, r->end};

		if (end <= r->start || start >= r->end) {
			i++;
			continue;
		}
		if (start > r->start) {
			r->end = start;
			i++;
			if (tail.start < tail.end)
				insert_range(i, tail);
		} else if (tail.start < tail.end) {
			r->start = end;
		} else {
			free_count--;
			memmove(r, r + 1, (free_count - i) * sizeof(*r));
		}
	}
}

void boot_memory_init(void)
{
	free_count = handoff.ram_count;
	memcpy(free_ranges, handoff.ram, handoff.ram_count * sizeof(handoff.ram[0]));
	exclude(0, LOW_END);
	exclude(image_to_phys(__text_start), image_to_phys(__image_end));
	if (handoff.archive.end)
		exclude(ALIGN_DOWN(handoff.archive.start, PAGE_SIZE),
			ALIGN_UP(handoff.archive.end, PAGE_SIZE));
}

/* The lowest that fits: the early tables show only the first 4 GiB, and paging_init itself
 * allocates while on them. */
u64 boot_alloc(size_t bytes, size_t align)
{
	ASSERT(align >= 64 && (align & (align - 1)) == 0 && bytes);
	bytes = ALIGN_UP(bytes, 64ul);
	for (u32 i = 0; i < free_count; i++) {
		u64 start = ALIGN_UP(free_ranges[i].start, align), end = free_ranges[i].end;

		if (start >= end || end - start < bytes)
			continue;
		exclude(start, start + bytes);
		return (u64)(memset(phys_to_virt(start), 0, bytes)) - PHYS_MAP;
	}
	panic("out of memory at boot: no %lu KiB in one piece; the machine has %lu KiB",
	      bytes / 1024, boot_memory_total() / 1024);
}

u32 boot_memory_rest(struct phys_range *out, u32 max)
{
	u32 count = 0;

	for (u32 i = 0; i < free_count && count < max; i++) {
		u64 start = ALIGN_UP(free_ranges[i].start, PAGE_SIZE);
		u64 end = ALIGN_DOWN(free_ranges[i].end, PAGE_SIZE);

		if (start < end)
			out[count++] = (struct phys_range){start, end};
	}
	return count;
}

u64 boot_memory_total(void)
{
	u64 total = 0;

	for (u32 i = 0; i < handoff.ram_count; i++)
		total += handoff.ram[i].end - handoff.ram[i].start;
	return total;
}

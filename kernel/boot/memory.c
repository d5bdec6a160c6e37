/*
 * The boot allocator. Linux's memblock keeps reserved ranges beside existing ones; seL4 carves from the end of one
 * region. A list of free ranges, with allocations cut from their starts, is enough for the dozen allocations of a boot, and
 * leaves a list of the free memory.
 */
#include "boot/memory.h"
#include "lib/print.h"
#include "lib/string.h"
#include "x86/image.h"
#include "x86/layout.h"

#define LOW_END 0x100000ul /* the first MiB: firmware data and memory that old devices use */
#define KEPT 2             /* the image and the archive: each cuts a range in two at most */

static struct phys_range free_ranges[HANDOFF_RANGES + KEPT]; /* ascending */
static u32 free_count;

static void add_free(u64 start, u64 end)
{
	if (start < end)
		free_ranges[free_count++] = (struct phys_range){start, end};
}

void boot_memory_init(void)
{
	struct phys_range image = {image_to_phys(__text_start), image_to_phys(__image_end)};
	struct phys_range archive = {ALIGN_DOWN(handoff.archive.start, PAGE_SIZE),
				     ALIGN_UP(handoff.archive.end, PAGE_SIZE)};
	bool image_first = image.start < archive.start;
	struct phys_range kept[KEPT] = {
		image_first ? image : archive, image_first ? archive : image};

	for (u32 i = 0; i < handoff.ram_count; i++) {
		u64 start = MAX(handoff.ram[i].start, LOW_END), end = handoff.ram[i].end;

		for (u32 k = 0; k < KEPT; k++)
			if (kept[k].start < end && kept[k].end > start) {
				add_free(start, kept[k].start);
				start = kept[k].end;
			}
		add_free(start, end);
	}
}

/* From the lowest range that has room: the early tables show only the first 4 GiB, and paging_init
 * itself allocates while on them. The bytes that are skipped by aligning are lost, at most a page each time. */
u64 boot_alloc(size_t bytes, size_t align)
{
	ASSERT(align >= 64 && (align & (align - 1)) == 0 && bytes);
	for (u32 i = 0; i < free_count; i++) {
		u64 start = ALIGN_UP(free_ranges[i].start, align), end = free_ranges[i].end;

		if (start >= end || end - start < bytes)
			continue;
		free_ranges[i].start = start + bytes;
		memset(phys_to_virt(start), 0, bytes);
		return start;
	}
	refuse("it has too little memory: %lu KiB are needed in one piece, and its %lu KiB have no "
	       "such piece left; 16 MiB are enough",
	       bytes / 1024, boot_memory_total() / 1024);
}

bool boot_memory_take(struct phys_range *out)
{
	u64 bytes = 0;
	u32 largest = 0;

	for (u32 i = 0; i < free_count; i++) {
		u64 start = ALIGN_UP(free_ranges[i].start, PAGE_SIZE), end = free_ranges[i].end;

		if (start < end && end - start > bytes) {
			bytes = end - start;
			largest = i;
			*out = (struct phys_range){start, end};
		}
	}
	free_ranges[largest].start = free_ranges[largest].end;
	return bytes;
}

u64 boot_memory_total(void)
{
	u64 total = 0;

	for (u32 i = 0; i < handoff.ram_count; i++)
		total += handoff.ram[i].end - handoff.ram[i].start;
	return total;
}

/*
 * One picture of the machine, whoever loaded the kernel. Linux keeps its loader's structures and
 * reserves the memory they lie in; here all is copied out at once, so that only the archive must
 * be kept.
 */
#include "boot/handoff.h"
#include "boot/loader.h"
#include "lib/print.h"

#define RAM_USABLE 1

struct handoff handoff;
static u64 map_end; /* of the entries so far */

void handoff_add_memory(const struct memory_entry *e)
{
	u64 start = ALIGN_UP(e->base, PAGE_SIZE), end = ALIGN_DOWN(e->base + e->bytes, PAGE_SIZE);
	struct phys_range *last = &handoff.ram[handoff.ram_count];

	if (e->bytes && e->base < map_end)
		panic("the loader's memory map does not ascend at %p", (void *)e->base);
	map_end = MAX(map_end, e->base + e->bytes);
	if (e->type != RAM_USABLE || start >= end)
		return;
	/* UEFI cuts memory into many pieces, by who used it last. */
	if (handoff.ram_count && last[-1].end == start)
		last[-1].end = end;
	else if (handoff.ram_count < HANDOFF_RANGES)
		handoff.ram[handoff.ram_count++] = (struct phys_range){start, end};
	else
		kprintf("boot: more than %d memory ranges; %lu KiB left unused\n", HANDOFF_RANGES,
			(end - start) / 1024);
}

void handoff_set_command_line(const char *text)
{
	for (u32 n = 0; n < sizeof(handoff.command_line) - 1 && text[n]; n++)
		handoff.command_line[n] = text[n];
}

/* Only RAM is in the physical map, so the archive must lie in it (loaders put it nowhere else). */
static void check_archive(void)
{
	const struct phys_range *a = &handoff.archive;

	for (u32 i = 0; i < handoff.ram_count; i++)
		if (a->start >= handoff.ram[i].start && a->end <= handoff.ram[i].end)
			return;
	if (a->end)
		panic("the boot archive at %p lies outside usable memory", (void *)a->start);
}

void handoff_read(u32 magic, u64 info_phys)
{
	if (magic == MULTIBOOT2_MAGIC)
		multiboot2_read(info_phys);
	else if (magic == PVH_MAGIC)
		pvh_read(info_phys);
	else
		panic("started by an unknown boot protocol (magic 0x%x): use multiboot2 or PVH",
		      magic);
	if (!handoff.ram_count)
		panic("the boot loader (%s) named no usable memory", handoff.loader);
	check_archive();
}

/*
 * One picture of the machine, whoever loaded the kernel. Linux keeps its loader's structures and
 * reserves the memory they lie in; here all is copied out at once, so that only the archive must
 * be kept.
 */
#include "boot/handoff.h"
#include "boot/loader.h"
#include "lib/print.h"
#include "lib/string.h"

#define RAM_USABLE 1
#define RESERVED_MAX 256

struct handoff handoff;
static struct phys_range reserved[RESERVED_MAX];
static u32 reserved_count;

void handoff_add_range(u64 start, u64 bytes, u32 type)
{
	u64 end = start + bytes;

	if (end < start)
		end = ~0ul;
	if (type == RAM_USABLE) {
		start = ALIGN_UP(start, PAGE_SIZE);
		end = ALIGN_DOWN(end, PAGE_SIZE);
		if (start >= end)
			return;
		/* UEFI cuts memory into many pieces, by who used it last. */
		if (handoff.ram_count && handoff.ram[handoff.ram_count - 1].end == start)
			handoff.ram[handoff.ram_count - 1].end = end;
		else if (handoff.ram_count < HANDOFF_RANGES)
			handoff.ram[handoff.ram_count++] = (struct phys_range){start, end};
		else
			kprintf("boot: more than %d memory ranges; %lu KiB left unused\n",
				HANDOFF_RANGES, (end - start) / 1024);
	} else if (bytes) {
		if (reserved_count == RESERVED_MAX)
			panic("the loader names more than %d reserved memory ranges", RESERVED_MAX);
		reserved[reserved_count++] = (struct phys_range){
			ALIGN_DOWN(start, PAGE_SIZE),
			end > ~0ul - PAGE_SIZE ? end : ALIGN_UP(end, PAGE_SIZE)};
	}
}

static void remove_range(u32 i)
{
	handoff.ram_count--;
	memmove(&handoff.ram[i], &handoff.ram[i + 1],
		(handoff.ram_count - i) * sizeof(handoff.ram[0]));
}

/* Ascending, and ranges that touch or overlap made one. */
static void sort_and_merge(void)
{
	struct phys_range *ram = handoff.ram;

	for (u32 i = 1; i < handoff.ram_count; i++)
		for (u32 j = i; j && ram[j].start < ram[j - 1].start; j--) {
			struct phys_range r = ram[j];

			ram[j] = ram[j - 1];
			ram[j - 1] = r;
		}
	for (u32 i = 1; i < handoff.ram_count;) {
		if (ram[i].start > ram[i - 1].end) {
			i++;
			continue;
		}
		if (ram[i].end > ram[i - 1].end)
			ram[i - 1].end = ram[i].end;
		remove_range(i);
	}
}

static void subtract(struct phys_range cut)
{
	for (u32 i = 0; i < handoff.ram_count;) {
		struct phys_range *r = &handoff.ram[i];
		u64 end = r->end;

		if (cut.end <= r->start || cut.start >= end) {
			i++;
			continue;
		}
		if (cut.start <= r->start)
			r->start = cut.end;
		else
			r->end = cut.start;
		if (cut.start > r->start && cut.end < end)
			handoff_add_range(cut.end, end - cut.end, RAM_USABLE);
		if (r->start >= r->end)
			remove_range(i);
		else
			i++;
	}
}

void handoff_set_command_line(const char *text, size_t max)
{
	size_t n = 0;

	for (; n < max && n < sizeof(handoff.command_line) - 1 && text[n]; n++)
		handoff.command_line[n] = text[n];
	handoff.command_line[n] = '\0';
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

	sort_and_merge();
	for (u32 i = 0; i < reserved_count; i++)
		subtract(reserved[i]);
	sort_and_merge();
	if (!handoff.ram_count)
		panic("the boot loader (%s) named no usable memory", handoff.loader);
	check_archive();
}

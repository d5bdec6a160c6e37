/*
 * One description of the machine, whichever program loaded the kernel. Linux keeps its loader's structures and
 * reserves the memory they lie in; here everything is copied at once, so that only the archive must be kept.
 */
#include "boot/handoff.h"
#include "boot/loader.h"
#include "lib/print.h"
#include "lib/string.h"
#include "x86/cpu.h"
#include "x86/image.h"
#include "x86/layout.h"

#define RAM_USABLE 1
#define RESERVED 2 /* perhaps memory, perhaps a device */
#define LOW_LIMIT (4ul << 30)
#define PHYS_END (1ul << 52) /* no processor has more address bits (SDM vol. 3, 4.1.4) */

struct handoff handoff;

static void remove_ranges(u32 at, u32 count)
{
	struct phys_range *r = &handoff.ram[at];

	handoff.ram_count -= count;
	memmove(r, r + count, (handoff.ram_count - at) * sizeof(*r));
}

static void insert_range(u32 at, u64 start, u64 end)
{
	struct phys_range *r = &handoff.ram[at];

	if (start >= end)
		return;
	if (handoff.ram_count == HANDOFF_RANGES) {
		kprintf("boot: more than %d memory ranges; %lu KiB left unused\n", HANDOFF_RANGES,
			(end - start) / 1024);
		return;
	}
	memmove(r + 1, r, (handoff.ram_count++ - at) * sizeof(*r));
	*r = (struct phys_range){start, end};
}

/* Memory that is named twice counts once. UEFI's map has many pieces, cut by their last use. */
static void add_usable(u64 start, u64 end)
{
	u32 first = 0, after;

	while (first < handoff.ram_count && handoff.ram[first].end < start)
		first++;
	for (after = first; after < handoff.ram_count && handoff.ram[after].start <= end; after++) {
		start = MIN(start, handoff.ram[after].start);
		end = MAX(end, handoff.ram[after].end);
	}
	remove_ranges(first, after - first);
	insert_range(first, start, end);
}

static void take_out(u64 start, u64 end)
{
	for (u32 i = 0; i < handoff.ram_count;) {
		struct phys_range old = handoff.ram[i];

		if (old.end <= start || old.start >= end) {
			i++;
			continue;
		}
		remove_ranges(i, 1);
		insert_range(i, end, old.end);
		insert_range(i, old.start, start);
	}
}

/* A reserved entry for which there is no room counts as memory: no device is looked for there. */
static void note_place(const struct memory_entry *e)
{
	if (!e->bytes || e->base >= PHYS_END)
		return;
	u64 start = ALIGN_DOWN(e->base, PAGE_SIZE);
	u64 end = ALIGN_UP(e->base + MIN(e->bytes, PHYS_END - e->base), PAGE_SIZE);

	if (e->type == RESERVED && handoff.reserved_count < HANDOFF_RANGES) {
		handoff.reserved[handoff.reserved_count++] = (struct phys_range){start, end};
		return;
	}
	if (start < LOW_LIMIT)
		handoff.low_end = MAX(handoff.low_end, MIN(end, LOW_LIMIT));
	if (end > LOW_LIMIT)
		handoff.high_end = MAX(handoff.high_end, end);
}

void handoff_memory(const struct memory_entry *e, bool usable)
{
	u64 end = MIN(e->base + e->bytes, PHYS_MAP_BYTES);

	if ((e->type == RAM_USABLE) != usable)
		return;
	note_place(e);
	if (end <= e->base)
		return;
	if (usable)
		add_usable(ALIGN_UP(e->base, PAGE_SIZE), ALIGN_DOWN(end, PAGE_SIZE));
	else
		take_out(ALIGN_DOWN(e->base, PAGE_SIZE), ALIGN_UP(end, PAGE_SIZE));
}

void handoff_set_command_line(const char *text)
{
	for (u32 n = 0; n < sizeof(kinfo->command_line) - 1 && text[n]; n++)
		kinfo->command_line[n] = text[n];
}

/* Only RAM is in the physical map, so the archive must lie in it. A loader that runs after the firmware may have put the
 * archive's end over memory that the firmware reserved (QEMU 10 does on a microvm: a page of tables at the end of RAM). That
 * memory is RAM, too. */
static void check_archive(void)
{
	const struct phys_range *a = &handoff.archive;

	if (a->start >= a->end)
		refuse("the boot loader (%s) brought no boot archive; name it with GRUB's module2 "
		       "or "
		       "QEMU's -initrd",
		       handoff.loader);
	if (a->start < image_to_phys(__image_end) && a->end > image_to_phys(__text_start))
		refuse("it has too little memory: the boot loader (%s) laid the archive over the "
		       "kernel; 16 MiB are enough",
		       handoff.loader);
	for (u32 i = 0; i < handoff.ram_count; i++)
		if (a->start >= handoff.ram[i].start && a->start < handoff.ram[i].end) {
			add_usable(ALIGN_DOWN(a->start, PAGE_SIZE), ALIGN_UP(a->end, PAGE_SIZE));
			return;
		}
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
}

void handoff_check(void)
{
	if (!handoff.ram_count)
		refuse("the boot loader (%s) named no usable memory", handoff.loader);
	check_archive();
}

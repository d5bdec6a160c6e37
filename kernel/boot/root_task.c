/*
 * The root task: from stage 2 on, the one task that the kernel makes. It is given everything there
 * is (enum root_slot in microk/info.h), and all authority in the system derives from these slots.
 */
#include "boot/device_memory.h"
#include "boot/handoff.h"
#include "boot/info.h"
#include "boot/memory.h"
#include "boot/start.h"
#include "boot/task.h"
#include "cap/log_later.h"
#include "cap/marks.h"
#include "cap/reap.h"
#include "ipc/trace.h"
#include "lib/command_line.h"
#include "lib/log.h"
#include "lib/print.h"
#include "microk/info.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "pc/acpi.h"
#include "pc/apic.h"
#include "pc/vtd.h"
#include "pc/vtd_context.h"
#include "sched/stats.h"
#include "x86/layout.h"
#include "x86/x86.h"

#define ROOT_PRIORITY (PRIORITIES - 1)
#define PORTS 0x10000

static struct boot_task root;

/* The archive in runs of at most FRAME_MAX_PAGES, and mapped. */
static void give_archive(void)
{
	u64 start = ALIGN_DOWN(handoff.archive.start, PAGE_SIZE),
	    end = ALIGN_UP(handoff.archive.end, PAGE_SIZE);
	u32 slot = ROOT_ARCHIVE;

	for (u64 at = start; at < end; at += FRAME_MAX_PAGES * PAGE_SIZE) {
		u64 pages = MIN((end - at) / PAGE_SIZE, (u64)FRAME_MAX_PAGES);
		if (slot == ROOT_ARCHIVE_END)
			panic("boot: the boot archive is larger than %u MiB",
			      (ROOT_ARCHIVE_END - ROOT_ARCHIVE) * 2);
		boot_slot_range(
			&root, slot++, CAP_FRAME, at, (u32)pages, RIGHT_READ | RIGHT_EXEC, 0);
	}
	boot_task_map(&root, ROOT_ARCHIVE_ADDRESS, start, end - start, RIGHT_READ);
}

static void give_device(u32 slot, struct phys_range r)
{
	if (r.start == r.end)
		return;
	boot_slot_range(&root, slot, CAP_UNTYPED, r.start, (u32)((r.end - r.start) / PAGE_SIZE),
			RIGHT_ALL, SLOT_DEVICE);
	kverbose("boot: device memory from 0x%lx to 0x%lx in slot %u\n", r.start, r.end, slot);
}

static void give_other(u32 *slot, struct phys_range r)
{
	if (*slot < ROOT_DEVICES_END)
		give_device((*slot)++, r);
}

/* One past the last physical address (SDM vol. 2, CPUID, leaf 0x80000008, which every processor in long
 * mode has), but no more than an Untyped's size can express. */
static u64 address_end(void)
{
	u32 a, b, c, d;

	cpuid(0x80000008, 0, &a, &b, &c, &d);
	return 1ul << MIN(a & 0xff, 43u);
}

/* The framebuffer, usually a PCI device's memory; empty where there is none. */
static struct phys_range screen_place(void)
{
	u64 bytes = (u64)kinfo->fb_pitch * kinfo->fb_height;

	return (struct phys_range){ALIGN_DOWN(handoff.framebuffer, PAGE_SIZE),
				   ALIGN_UP(handoff.framebuffer + bytes, PAGE_SIZE)};
}

/* PCI's devices are mostly in the last part of the hole below 4 GiB, and in the largest above. */
static void give_device_memory(void)
{
	struct device_memory d;
	u32 largest = 0, slot = ROOT_DEVICES;

	device_memory_find(&d, screen_place(), address_end());
	give_device(ROOT_FRAMEBUFFER, d.screen);
	give_device(ROOT_ECAM, d.ecam);
	kinfo->ecam_first_bus = acpi_facts.ecam_first_bus;
	if (d.low_count)
		give_device(ROOT_DEVICE, d.low[--d.low_count]);
	for (u32 i = 0; i < d.low_count; i++)
		give_other(&slot, d.low[i]);
	for (u32 i = 1; i < d.high_count; i++)
		if (d.high[i].end - d.high[i].start > d.high[largest].end - d.high[largest].start)
			largest = i;
	for (u32 i = 0; i < d.high_count; i++)
		if (i == largest)
			give_device(ROOT_DEVICE_HIGH, d.high[i]);
		else
			give_other(&slot, d.high[i]);
}

static void give_devices(void)
{
	boot_slot_range(&root, ROOT_IRQ, CAP_IRQ, 0, IRQ_COUNT, RIGHT_ALL, 0);
	boot_slot_range(&root, ROOT_IOPORT, CAP_IOPORT, 0, PORTS, RIGHT_ALL, 0);
	boot_slot_range(&root, ROOT_INFO, CAP_FRAME, info_phys(), INFO_PAGES, RIGHT_READ, 0);
	boot_slot_range(&root, ROOT_KERNEL, CAP_KERNEL, 0, 0, RIGHT_ALL, 0);
	boot_slot_range(&root, ROOT_IOSPACE, CAP_IOSPACE, 0, VTD_REQUESTERS, RIGHT_ALL, 0);
	boot_slot_range(&root, ROOT_TRACE, CAP_FRAME, trace_phys(), TRACE_PAGES, RIGHT_READ, 0);
	give_device_memory();
}

/* The rest of memory, largest first. */
static void give_memory(void)
{
	struct phys_range r;
	u64 bytes = 0;

	for (u32 slot = ROOT_UNTYPED; slot < ROOT_UNTYPED_END && boot_memory_take(&r); slot++) {
		boot_slot_range(&root, slot, CAP_UNTYPED, r.start,
				(u32)((r.end - r.start) / PAGE_SIZE), RIGHT_ALL, 0);
		bytes += r.end - r.start;
	}
	kprintf("[cap] root CSpace initialized\n");
	if (bytes < 4ul << 20)
		kprintf("[cap] only %lu KiB are left for user space\n", bytes >> 10);
}

/* The root task's program: boot/init, or the one that the command line's word root= names. */
static const char *root_program(void)
{
	static char path[64];

	return command_line_value("root=", path, sizeof(path)) ? path : "boot/init";
}

/* Where RAM ends: handoff.c keeps whole pages, in ascending order, and none beyond the physical map. */
static u64 ram_end(void)
{
	return handoff.ram[handoff.ram_count - 1].end;
}

/* The records that the kernel keeps of each part of memory, so that no table of a fixed size can be used up by one holder. */
static void make_records(void)
{
	u64 end = ram_end(), pages = end / PAGE_SIZE;

	wx_init(phys_to_virt(boot_alloc(pages * sizeof(struct wx_record), 64)), pages);
	reap_init(phys_to_virt(boot_alloc(marks_bytes(end), 64)), end);
	spaces_init(phys_to_virt(boot_alloc(spaces_bytes(end), 64)), end);
}

void user_start(void)
{
	make_records();
	vtd_start(boot_alloc);
	boot_task_make(&root, root_program(), ROOT_CNODE_SLOTS, ROOT_PRIORITY);
	boot_task_map(&root, ROOT_INFO_ADDRESS, info_phys(), INFO_PAGES * PAGE_SIZE, RIGHT_READ);
	root.thread->regs.rdi = ROOT_INFO_ADDRESS;
	give_archive();
	give_devices();
	give_memory();
	log_defer(log_later);
	thread_root = root.thread;
	thread_resume(root.thread);
}

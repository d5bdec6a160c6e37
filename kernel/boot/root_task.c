/*
 * The root task: from stage 2 on, the one task that the kernel makes. It is given everything there
 * is (enum root_slot in microk/info.h), and all authority in the system derives from these slots.
 */
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
#include "pc/apic.h"
#include "sched/stats.h"
#include "x86/layout.h"
#include "x86/x86.h"

#define ROOT_PRIORITY (PRIORITIES - 1)
#define PORTS 0x10000
#define GIB (1ul << 30)

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

static void give_device(u32 slot, u64 start, u64 end)
{
	if (start < end)
		boot_slot_range(&root, slot, CAP_UNTYPED, start, (u32)((end - start) / PAGE_SIZE),
				RIGHT_ALL, SLOT_DEVICE);
}

/* One past the last physical address (SDM vol. 2, CPUID, leaf 0x80000008, which every processor in long
 * mode has), but no more than an Untyped's size can express. */
static u64 address_end(void)
{
	u32 a, b, c, d;

	cpuid(0x80000008, 0, &a, &b, &c, &d);
	return 1ul << MIN(a & 0xff, 43u);
}

/* Device memory: the window where PCs put it, without the kernel's own part (the APICs). The framebuffer is usually a PCI
 * device's memory; that part of the window is granted only once. */
static void give_device_memory(void)
{
	u64 fb = ALIGN_DOWN(handoff.framebuffer, PAGE_SIZE),
	    fb_bytes = (u64)kinfo->fb_pitch * kinfo->fb_height;
	u64 fb_end = ALIGN_UP(handoff.framebuffer + fb_bytes, PAGE_SIZE);
	u64 low = 3 * GIB, apics = 0xfec00000, high = 4 * GIB;

	/* RAM may end anywhere below or above the window. */
	for (u32 i = 0; i < handoff.ram_count; i++) {
		u64 *start = handoff.ram[i].end <= apics ? &low : &high;
		*start = MAX(*start, ALIGN_UP(handoff.ram[i].end, start == &low ? PAGE_SIZE : GIB));
	}
	give_device(ROOT_FRAMEBUFFER, fb, fb_end);
	if (fb >= low && fb < apics) {
		give_device(ROOT_DEVICE_LOW, low, fb);
		low = fb_end;
	}
	give_device(ROOT_DEVICE, low, apics);
	give_device(ROOT_DEVICE_HIGH, high, address_end());
}

static void give_devices(void)
{
	boot_slot_range(&root, ROOT_IRQ, CAP_IRQ, 0, IRQ_COUNT, RIGHT_ALL, 0);
	boot_slot_range(&root, ROOT_IOPORT, CAP_IOPORT, 0, PORTS, RIGHT_ALL, 0);
	boot_slot_range(&root, ROOT_INFO, CAP_FRAME, info_phys(), INFO_PAGES, RIGHT_READ, 0);
	boot_slot_range(&root, ROOT_KERNEL, CAP_KERNEL, 0, 0, RIGHT_ALL, 0);
	boot_slot_range(&root, ROOT_IOSPACE, CAP_IOSPACE, 0, 0, RIGHT_ALL, 0);
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

/* Filling the information area: all that user space must know of the machine, once, read-only. */
#include "boot/info.h"
#include "boot/handoff.h"
#include "boot/memory.h"
#include "lib/log.h"
#include "lib/string.h"
#include "microk/info.h"
#include "mm/layout.h"
#include "sched/stats.h"
#include "x86/acpi.h"
#include "x86/apic.h"

static void describe_framebuffer(struct microk_info *to)
{
	to->fb_phys = handoff.fb_phys;
	to->fb_width = handoff.fb_width;
	to->fb_height = handoff.fb_height;
	to->fb_pitch = handoff.fb_pitch;
	to->fb_bpp = handoff.fb_bpp;
	to->fb_red_pos = handoff.fb_red_pos;
	to->fb_green_pos = handoff.fb_green_pos;
	to->fb_blue_pos = handoff.fb_blue_pos;
}

static void describe_power(struct microk_info *to)
{
	to->pm1a_cnt_port = acpi_facts.pm1a_cnt_port;
	to->s5_value = acpi_facts.s5_value;
	to->reset_port = acpi_facts.reset_port;
	to->reset_value = acpi_facts.reset_value;
}

void info_init(u64 boot_tsc)
{
	info = phys_to_virt(boot_alloc(INFO_PAGES * PAGE_SIZE, PAGE_SIZE));
	info->magic = INFO_MAGIC;
	info->version_major = 1;
	info->tsc_hz = tsc_hz;
	info->boot_tsc = boot_tsc;
	info->ram_bytes = boot_memory_total();
	info->archive_phys = handoff.archive.start;
	info->archive_bytes = handoff.archive.end - handoff.archive.start;
	memcpy(info->command_line, handoff.command_line, sizeof(info->command_line));
	describe_framebuffer(info);
	describe_power(info);
	klog_move((char *)info + PAGE_SIZE);
	klog_count_at(&info->log_bytes);
}

u64 info_phys(void) { return virt_to_phys(info); }

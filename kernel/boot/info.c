/* Filling the information area: all that user space must know of the machine, once, read-only. */
#include "boot/info.h"
#include "boot/handoff.h"
#include "boot/memory.h"
#include "lib/string.h"
#include "microk/info.h"
#include "mm/layout.h"
#include "sched/cpu.h"
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
	kinfo->magic = INFO_MAGIC;
	kinfo->version_major = 1;
	kinfo->tsc_hz = tsc_hz;
	kinfo->boot_tsc = boot_tsc;
	kinfo->ram_bytes = boot_memory_total();
	kinfo->archive_phys = handoff.archive.start;
	kinfo->archive_bytes = handoff.archive.end - handoff.archive.start;
	memcpy(kinfo->command_line, handoff.command_line, sizeof(kinfo->command_line));
	describe_framebuffer(kinfo);
	describe_power(kinfo);
}

u64 info_phys(void)
{
	return image_to_phys(kinfo);
}

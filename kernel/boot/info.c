/* Filling the information area: all that user space must know of the machine, once, read-only. The loader's
 * framebuffer and command line are there already, and ACPI's facts about power (pc/acpi.c). */
#include "boot/info.h"
#include "boot/handoff.h"
#include "boot/memory.h"
#include "microk/info.h"
#include "pc/apic.h"
#include "x86/cpu.h"
#include "x86/layout.h"

void info_init(u64 boot_tsc)
{
	kinfo->magic = INFO_MAGIC;
	kinfo->version_major = 1;
	kinfo->tsc_hz = tsc_hz;
	kinfo->boot_tsc = boot_tsc;
	kinfo->ram_bytes = boot_memory_total();
	kinfo->archive_offset = handoff.archive.start % PAGE_SIZE;
	kinfo->archive_bytes = handoff.archive.end - handoff.archive.start;
}

u64 info_phys(void)
{
	return image_to_phys(kinfo);
}
